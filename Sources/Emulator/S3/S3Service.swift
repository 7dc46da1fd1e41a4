import FlyingFox
import Foundation
import System

/// S3's REST interface over folders. https://docs.aws.amazon.com/AmazonS3/latest/API/Welcome.html
struct S3Service: Sendable {
  /// `x-amz-id-2`: which of Amazon's hosts answered.
  static let hostID = "thimbleEmulator/0000000000000000000000000000000000000000000="

  let buckets: BucketList
  let authenticator: Authenticator
  let region: String
  let faults: FaultInjector
  /// The size of the pieces that objects are sent in.
  let pieceBytes: Int
  /// Receives what happened to objects, before the request that did it is answered.
  let notify: @Sendable (_ bucket: String, S3Notification) async -> Void

  /// - Parameter call: with the fault that is to befall it.
  func handle(_ call: S3Call) async throws -> HTTPResponse {
    var call = call
    var answer: HTTPResponse
    do {
      call.signing = try authenticator.verify(call.request, service: "s3")
      if let refusal = call.fault?.kind.refusal { throw refusal }
      if call.fault?.kind == .closedBefore { return .hangUp() }
      answer = try await perform(call)
    } catch let fault as S3Fault {
      answer = self.answer(fault, call)
    }
    answer.headers[HTTPHeader("x-amz-request-id")] = call.requestID
    answer.headers[HTTPHeader("x-amz-id-2")] = Self.hostID
    answer.headers[HTTPHeader("Server")] = "AmazonS3"
    answer.headers[.date] = UTCTime.now.http
    return call.fault.map(answer.spoiled) ?? answer
  }

  private func perform(_ call: S3Call) async throws -> HTTPResponse {
    guard let name = call.bucketName else {
      guard call.request.method == "GET" else { throw Self.methodNotAllowed }
      return await listBuckets()
    }
    guard let key = call.key else { return try await performOnBucket(call, name) }
    guard key.utf8.count <= KeyPath.keyLimit else {
      throw S3Fault(
        400, "KeyTooLongError", "Your key is too long",
        details: [("Size", String(key.utf8.count)), ("MaxSizeAllowed", String(KeyPath.keyLimit))])
    }
    try refuseOtherSubresources(call, known: ["acl", "tagging", "uploads", "uploadId"])
    return try await performOnObject(call, try await buckets.find(name), key)
  }

  private func performOnBucket(_ call: S3Call, _ name: String) async throws -> HTTPResponse {
    try refuseOtherSubresources(
      call, known: ["location", "ownershipControls", "versioning", "delete", "uploads"])
    switch call.request.method {
    case "PUT" where call.has("ownershipControls"):
      return try await putOwnership(call, try await buckets.find(name))
    case "DELETE" where call.has("ownershipControls"):
      try await buckets.find(name).setOwnership(nil)
      return .answer(204)
    case "PUT":
      try await buckets.create(name)
      return .answer(200, ["Location": "/" + name])
    case "DELETE":
      try await buckets.remove(name)
      return .answer(204)
    case "HEAD":
      _ = try await buckets.find(name)
      return .answer(200, ["x-amz-bucket-region": region])
    case "GET":
      let bucket = try await buckets.find(name)
      if call.has("location") { return location() }
      if call.has("ownershipControls") { return try await getOwnership(bucket) }
      if call.has("versioning") {
        return .xml { xml in xml.element("VersioningConfiguration", isRoot: true) { _ in } }
      }
      if call.has("uploads") { return try listUploads(call, bucket) }
      return try await listObjects(call, bucket)
    case "POST" where call.has("delete"): return try await deleteObjects(call, try await buckets.find(name))
    default: throw Self.methodNotAllowed
    }
  }

  private func performOnObject(_ call: S3Call, _ bucket: Bucket, _ key: String) async throws -> HTTPResponse {
    let uploadID = call.parameter("uploadId")
    switch call.request.method {
    case "GET" where call.has("tagging"), "HEAD" where call.has("tagging"):
      return .answer(
        200, body: Tagging.document(try await bucket.require(key).record.tags), type: "application/xml")
    case "PUT" where call.has("tagging"): return try await putTagging(call, bucket, key)
    case "DELETE" where call.has("tagging"):
      _ = try await bucket.update(key) { record, _ throws(S3Fault) in record.tags = [] }
      return .answer(204)
    case "GET" where call.has("acl"), "HEAD" where call.has("acl"): return try await getACL(bucket, key)
    case "PUT" where call.has("acl"): return try await putACL(call, bucket, key)
    case _ where call.has("acl"): throw Self.methodNotAllowed
    case "GET" where uploadID != nil: return try listParts(call, bucket, key)
    case "GET", "HEAD": return try await getObject(call, bucket, key)
    case "PUT" where uploadID != nil: return try await uploadPart(call, bucket, key)
    case "PUT" where call.header("x-amz-copy-source") != nil: return try await copyObject(call, bucket, key)
    case "PUT": return try await putObject(call, bucket, key)
    case "POST" where call.has("uploads"): return try await createUpload(call, bucket, key)
    case "POST" where uploadID != nil: return try await completeUpload(call, bucket, key)
    case "DELETE" where uploadID != nil: return try abortUpload(call, bucket, key)
    case "DELETE": return try await deleteObject(call, bucket, key)
    default: throw Self.methodNotAllowed
    }
  }

  /// Answers plainly that something is not there, rather than taking `?acl` for an object's bytes.
  private func refuseOtherSubresources(_ call: S3Call, known: Set<String>) throws(S3Fault) {
    let all: Set = [
      "accelerate", "acl", "analytics", "attributes", "cors", "delete", "encryption", "intelligent-tiering",
      "inventory", "legal-hold", "lifecycle", "location", "logging", "metrics", "notification", "object-lock",
      "ownershipControls", "policy", "policyStatus", "publicAccessBlock", "replication", "requestPayment",
      "restore",
      "retention", "select", "tagging", "torrent", "uploadId", "uploads", "versioning", "versions", "website",
    ]
    for (name, _) in call.request.parameters where all.subtracting(known).contains(name) {
      throw .notImplemented("?" + name)
    }
    if let version = call.parameter("versionId"), version != "null" {
      throw .invalidArgument("Invalid version id specified", name: "versionId", value: version)
    }
  }

  private static let methodNotAllowed = S3Fault(
    405, "MethodNotAllowed", "The specified method is not allowed against this resource.")

  // MARK: Failures

  private func answer(_ fault: S3Fault, _ call: S3Call) -> HTTPResponse {
    // HEAD and 304 have no body; their length must not promise one.
    let hasBody = call.request.method != "HEAD" && fault.status != 304
    let body = hasBody ? fault.xml(requestID: call.requestID) : Data()
    return .answer(fault.status, fault.headers, body: body, type: hasBody ? "application/xml" : nil)
  }
}

extension HTTPResponse {
  /// A document of S3's.
  static func xml(_ content: (inout XMLWriter) -> Void) -> HTTPResponse {
    var xml = XMLWriter()
    content(&xml)
    return .answer(200, body: xml.data, type: "application/xml")
  }
}
