import FlyingFox
import Foundation
import XML

/// GetObjectAcl, PutObjectAcl, and a bucket's ownership controls.
extension S3Service {
  private static let listsNotSupported = S3Fault(
    400, "AccessControlListNotSupported", "The bucket does not allow ACLs")

  /// Refuses grants that the bucket does not allow.
  func checkGrants(_ list: AccessControlList?, _ bucket: Bucket) async throws {
    if let list, !list.isOwnersOnly, await !bucket.allowsAccessControlLists { throw Self.listsNotSupported }
  }

  func getACL(_ bucket: Bucket, _ key: String) async throws -> HTTPResponse {
    let kept = try await bucket.require(key).record.accessControlList ?? .ownersOnly
    let list = await bucket.allowsAccessControlLists ? kept : .ownersOnly
    return .answer(200, body: list.document, type: "application/xml")
  }

  func putACL(_ call: S3Call, _ bucket: Bucket, _ key: String) async throws -> HTTPResponse {
    let named = try AccessControlList.parse(headers: call.request.headers)
    let body = try await PayloadReader(call.request, call.signing).collect()
    guard await bucket.allowsAccessControlLists else { throw Self.listsNotSupported }
    guard named == nil || body.isEmpty else {
      throw S3Fault(
        400, "UnexpectedContent", "This request does not support content")
    }
    guard named != nil || !body.isEmpty else {
      throw S3Fault(400, "MissingSecurityHeader", "Your request was missing a required header")
    }
    let list: AccessControlList = if let named { named } else { try AccessControlList(document: body) }
    _ = try await bucket.update(key) { record, _ throws(S3Fault) in record.accessControlList = list }
    return .answer(200)
  }

  func getOwnership(_ bucket: Bucket) async throws -> HTTPResponse {
    guard let ownership = await bucket.ownership else {
      throw S3Fault(
        404, "OwnershipControlsNotFoundError", "The bucket ownership controls were not found",
        details: [("BucketName", bucket.name)])
    }
    return .xml { xml in
      xml.element("OwnershipControls", isRoot: true) { xml in
        xml.element("Rule") { xml in xml.element("ObjectOwnership", ownership.rawValue) }
      }
    }
  }

  func putOwnership(_ call: S3Call, _ bucket: Bucket) async throws -> HTTPResponse {
    let root = try XMLElement(document: try await PayloadReader(call.request, call.signing).collect())
    guard root.name == "OwnershipControls", root.children("Rule").count == 1,
      let ownership = root.child("Rule")?["ObjectOwnership"].flatMap(ObjectOwnership.init)
    else { throw S3Fault.malformedXML }
    await bucket.setOwnership(ownership)
    return .answer(200)
  }
}
