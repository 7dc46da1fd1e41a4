import Foundation
import Testing

@testable import Emulator

/// Buckets as folders: what the user does to the files by hand, and what outlives a restart.
@Suite(.enabled(if: Workbench.hasPython, Workbench.hint))
struct FolderTests {
  @Test func filesByHand() async throws {
    try await Workbench.run { bench in
      try await bench.python(
        """
        images = directory + "/images"
        os.makedirs(images + "/sub/deep")
        open(images + "/sub/deep/photo.png", "wb").write(b"by hand")
        head = s3.head_object(Bucket="images", Key="sub/deep/photo.png")
        same((head["ETag"], head["ContentType"], head["ContentLength"]), ('"' + hashlib.md5(b"by hand").hexdigest() + '"', "image/png", 7))
        s3.put_object_tagging(Bucket="images", Key="sub/deep/photo.png", Tagging={"TagSet": [{"Key": "k", "Value": "v"}]})
        same(s3.head_object(Bucket="images", Key="sub/deep/photo.png")["TagCount"], 1)

        # An object is a file of its bytes; one that is changed by hand is another object.
        s3.put_object(Bucket="images", Key="a.txt", Body=b"one" * 100, Metadata={"k": "v"})
        same(open(images + "/a.txt", "rb").read(), b"one" * 100)
        same(s3.head_object(Bucket="images", Key="a.txt")["Metadata"], {"k": "v"})
        open(images + "/a.txt", "wb").write(b"two" * 100)
        head = s3.head_object(Bucket="images", Key="a.txt")
        same((head["Metadata"], head["ETag"]), ({}, '"' + hashlib.md5(b"two" * 100).hexdigest() + '"'))
        os.remove(images + "/a.txt")
        same(code(s3.head_object, Bucket="images", Key="a.txt")[1], 404)

        # A key may be the folder of another.
        for key in ["x/y", "x", "z", "z/y", "z/y/w", "é", "e\\u0301"]:
          s3.put_object(Bucket="images", Key=key, Body=key.encode() * 100)
        for key in ["x/y", "x", "z", "z/y", "z/y/w", "é", "e\\u0301"]:
          same(s3.get_object(Bucket="images", Key=key)["Body"].read(), key.encode() * 100)
        listed = [o["Key"] for o in s3.list_objects_v2(Bucket="images")["Contents"]]
        same(listed, sorted(["sub/deep/photo.png", "x", "x/y", "z", "z/y", "z/y/w", "é", "e\\u0301"], key=str.encode))
        s3.delete_object(Bucket="images", Key="x/y")
        same(s3.get_object(Bucket="images", Key="x")["Body"].read(), b"x" * 100)

        # Links to files are read; nothing is written through a link.
        outside = directory + "/outside"
        os.makedirs(outside)
        open(outside + "/secret", "w").write("secret")
        os.symlink(outside, images + "/linked")
        os.symlink(outside + "/secret", images + "/alias")
        same(s3.get_object(Bucket="images", Key="alias")["Body"].read(), b"secret")
        same(code(s3.get_object, Bucket="images", Key="linked/secret"), ("NoSuchKey", 404))
        s3.put_object(Bucket="images", Key="linked/new", Body=b"n" * 300)
        s3.put_object(Bucket="images", Key="alias", Body=b"n" * 300)
        same(s3.get_object(Bucket="images", Key="linked/new")["Body"].read(), b"n" * 300)
        same((os.listdir(outside), open(outside + "/secret").read()), (["secret"], "secret"))

        # The emulator's own files are not objects.
        same(code(s3.get_object, Bucket="images", Key=".thimble-emulator/records"), ("NoSuchKey", 404))
        s3.put_object(Bucket="images", Key=".thimble-emulator/records/x.json", Body=b"n" * 300)
        same(s3.get_object(Bucket="images", Key=".thimble-emulator/records/x.json")["Body"].read(), b"n" * 300)
        assert not os.path.exists(images + "/.thimble-emulator/records/x.json")
        """)
    }
  }

  @Test func restart() async throws {
    try await Workbench.run { bench in
      try await bench.python(
        """
        s3.put_object(Bucket="images", Key="odd//key", Body=b"x" * 300, Metadata={"k": "v"}, Tagging="a=b")
        s3.put_object(Bucket="images", Key="plain", Body=b"x" * 300, Metadata={"k": "v"}, Tagging="a=b")
        open(directory + "/images/.thimble-emulator/staging/left-over", "w").close()
        """)
      var options = bench.emulator.options
      await bench.emulator.stop()
      options.port = UInt16(bench.endpoint.split(separator: ":").last ?? "") ?? 0
      let second = Emulator(options: options)
      #expect(try await second.start() == options.port)
      try await bench.python(
        """
        for key in ["odd//key", "plain"]:
          head = s3.head_object(Bucket="images", Key=key)
          same((head["Metadata"], head["TagCount"], head["ContentLength"]), ({"k": "v"}, 1, 300))
        same(os.listdir(directory + "/images/.thimble-emulator/staging"), [])
        s3.create_bucket(Bucket="third")
        s3.put_object(Bucket="third", Key="a", Body=b"x" * 300)
        same(code(s3.delete_bucket, Bucket="third"), ("BucketNotEmpty", 409))
        s3.delete_object(Bucket="third", Key="a")
        s3.delete_bucket(Bucket="third")
        same(code(s3.list_objects_v2, Bucket="third"), ("NoSuchBucket", 404))
        """)
      await second.stop()
    }
  }

  @Test func wrongOptions() async throws {
    await #expect(throws: EmulatorError.self) {
      try await Workbench.run { options, _ in
        options.buckets.append(BucketFolder(name: "No", directory: "x"))
      } _: { _ in
      }
    }
    await #expect(throws: EmulatorError.self) {
      try await Workbench.run { options, directory in
        options.function = directory + "/missing"
      } _: { _ in
      }
    }
    try await Workbench.run { bench in
      var options = EmulatorOptions()
      options.port = UInt16(bench.endpoint.split(separator: ":").last ?? "") ?? 0
      let second = Emulator(options: options)
      let error = await #expect(throws: EmulatorError.self) { try await second.start() }
      #expect("\(error.map(\.description) ?? "")".contains("cannot listen on 127.0.0.1:\(options.port)"))
    }
  }
}
