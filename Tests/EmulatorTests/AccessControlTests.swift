import Testing

@testable import Emulator

/// Access control lists and object ownership as AWS documents them, by boto3.
@Suite(.enabled(if: Workbench.hasPython, Workbench.hint))
struct AccessControlTests {
  @Test func lists() async throws {
    try await Workbench.run { options, _ in
      options.buckets[0].ownership = .objectWriter
    } _: { bench in
      try await bench.python(
        """
        owner = s3.list_buckets()["Owner"]["ID"]
        everybody = "http://acs.amazonaws.com/groups/global/AllUsers"
        accounts = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"
        other = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"

        def grants(key, bucket="images"):
          answer = s3.get_object_acl(Bucket=bucket, Key=key)
          same(answer["Owner"]["ID"], owner)
          return {(grant["Grantee"]["Type"], grant["Grantee"].get("URI") or grant["Grantee"]["ID"], grant["Permission"])
                  for grant in answer["Grants"]}

        mine = ("CanonicalUser", owner, "FULL_CONTROL")
        put = lambda key="a", **arguments: s3.put_object(Bucket="images", Key=key, Body=b"x" * 300, **arguments)
        put()
        same(grants("a"), {mine})
        put(ACL="public-read")
        same(grants("a"), {mine, ("Group", everybody, "READ")})
        # Kept by calls that do not create the object again.
        s3.put_object_tagging(Bucket="images", Key="a", Tagging={"TagSet": []})
        same(grants("a"), {mine, ("Group", everybody, "READ")})
        # A copy, on itself too, is private unless it says otherwise.
        s3.copy_object(Bucket="images", Key="b", CopySource="images/a")
        same(grants("b"), {mine})
        s3.copy_object(Bucket="images", Key="b", CopySource="images/a", ACL="authenticated-read")
        same(grants("b"), {mine, ("Group", accounts, "READ")})
        s3.copy_object(Bucket="images", Key="a", CopySource="images/a", MetadataDirective="REPLACE", Metadata={"k": "v"},
          GrantFullControl=f'id="{owner}"', GrantRead=f'uri="{everybody}", id="{other}"', GrantReadACP=f"id={other}")
        same(grants("a"), {mine, ("Group", everybody, "READ"), ("CanonicalUser", other, "READ"), ("CanonicalUser", other, "READ_ACP")})
        s3.copy_object(Bucket="images", Key="a", CopySource="images/a", MetadataDirective="REPLACE", Metadata={"k": "w"})
        same(grants("a"), {mine})
        # So is what replaces it.
        put(ACL="public-read-write")
        same(grants("a"), {mine, ("Group", everybody, "READ"), ("Group", everybody, "WRITE")})
        put()
        same(grants("a"), {mine})

        # Explicit grants stand alone; a list can be read and put back.
        s3.put_object_acl(Bucket="images", Key="a", GrantRead=f'id="{other}"')
        same(grants("a"), {("CanonicalUser", other, "READ")})
        s3.put_object_acl(Bucket="images", Key="a", ACL="public-read")
        policy = s3.get_object_acl(Bucket="images", Key="a")
        s3.put_object_acl(Bucket="images", Key="a", ACL="private")
        same(grants("a"), {mine})
        before = s3.head_object(Bucket="images", Key="a")
        s3.put_object_acl(Bucket="images", Key="a", AccessControlPolicy={name: policy[name] for name in ["Owner", "Grants"]})
        same(grants("a"), {mine, ("Group", everybody, "READ")})
        after = s3.head_object(Bucket="images", Key="a")
        same((after["ETag"], after["LastModified"]), (before["ETag"], before["LastModified"]))
        upload = s3.create_multipart_upload(Bucket="images", Key="parts", ACL="public-read")["UploadId"]
        part = s3.upload_part(Bucket="images", Key="parts", UploadId=upload, PartNumber=1, Body=b"x")
        s3.complete_multipart_upload(Bucket="images", Key="parts", UploadId=upload,
          MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]})
        same(grants("parts"), {mine, ("Group", everybody, "READ")})

        same(code(put, ACL="public"), ("InvalidArgument", 400))
        same(code(put, ACL="private", GrantRead=f'id="{other}"'), ("InvalidRequest", 400))
        same(code(put, GrantRead='uri="http://acs.amazonaws.com/groups/global/Friends"'), ("InvalidArgument", 400))
        same(code(put, GrantRead='emailAddress="a@example.com"'), ("UnresolvableGrantByEmailAddress", 400))
        same(code(put, GrantRead="friends"), ("InvalidArgument", 400))
        same(code(s3.put_object_acl, Bucket="images", Key="a"), ("MissingSecurityHeader", 400))
        same(code(s3.put_object_acl, Bucket="images", Key="a",
          AccessControlPolicy={"Owner": {"ID": other}, "Grants": []}), ("AccessDenied", 403))
        same(code(s3.get_object_acl, Bucket="images", Key="none"), ("NoSuchKey", 404))
        same(code(s3.put_object_acl, Bucket="images", Key="none", ACL="private"), ("NoSuchKey", 404))
        same(grants("a"), {mine, ("Group", everybody, "READ")})
        """)
    }
  }

  @Test func ownership() async throws {
    try await Workbench.run { options, _ in
      options.buckets[1].ownership = .objectWriter
    } _: { bench in
      try await bench.python(
        """
        def ownership(bucket):
          rules = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"]
          same(len(rules), 1)
          return rules[0]["ObjectOwnership"]

        def put(**arguments):
          return s3.put_object(Bucket="images", Key="a", Body=b"x" * 300, **arguments)

        def change(value):
          s3.put_bucket_ownership_controls(Bucket="images", OwnershipControls={"Rules": [{"ObjectOwnership": value}]})

        count = lambda: len(s3.get_object_acl(Bucket="images", Key="a")["Grants"])
        same((ownership("images"), ownership("models")), ("BucketOwnerEnforced", "ObjectWriter"))
        s3.create_bucket(Bucket="another")
        same(ownership("another"), "BucketOwnerEnforced")
        put()
        same(count(), 1)
        refused = ("AccessControlListNotSupported", 400)
        same(code(put, ACL="public-read"), refused)
        same(code(put, GrantRead='uri="http://acs.amazonaws.com/groups/global/AllUsers"'), refused)
        same(code(s3.copy_object, Bucket="images", Key="b", CopySource="images/a", ACL="public-read"), refused)
        same(code(s3.create_multipart_upload, Bucket="images", Key="b", ACL="public-read"), refused)
        same(code(s3.put_object_acl, Bucket="images", Key="a", ACL="public-read"), refused)
        same(code(s3.head_object, Bucket="images", Key="b")[1], 404)
        put(ACL="bucket-owner-full-control")

        change("ObjectWriter")
        same(ownership("images"), "ObjectWriter")
        put(ACL="public-read")
        same(count(), 2)
        # Lists count for nothing while the bucket's owner is enforced, and come back.
        change("BucketOwnerEnforced")
        same(count(), 1)
        change("BucketOwnerPreferred")
        same(count(), 2)
        s3.delete_bucket_ownership_controls(Bucket="images")
        same(code(s3.get_bucket_ownership_controls, Bucket="images"), ("OwnershipControlsNotFoundError", 404))
        put(ACL="public-read")
        same(code(change, value="Nobody"), ("MalformedXML", 400))
        same(code(s3.get_bucket_ownership_controls, Bucket="missing"), ("NoSuchBucket", 404))
        """)
    }
  }
}
