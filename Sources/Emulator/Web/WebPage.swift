import FlyingFox
import Foundation
import System

/// The page at `/`: what is in the buckets, what the function did, and a place to drop photos on. It talks to
/// `/_thimble/...`, which is not signed and therefore open to this machine's own page alone.
struct WebPage: Sendable {
  private static let prefix = "/_thimble/"
  private static let objectLimit = 200
  /// Shown in the page; everything else is offered as a download.
  private static let imageTypes: Set = ["image/jpeg", "image/png", "image/gif", "image/webp", "image/bmp"]
  private static let headers = [
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy":
      "default-src 'none'; img-src 'self'; connect-src 'self'; style-src 'unsafe-inline'; "
      + "script-src 'unsafe-inline'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
  ]

  let buckets: BucketList
  let function: LambdaFunction?
  let s3: S3Service

  /// A browser asks for the page itself without a signature, and wants HTML.
  func isMeant(by request: Request) -> Bool {
    if request.path.hasPrefix(Self.prefix) { return true }
    return request.path == "/" && request.method == "GET" && request.headers["authorization"] == nil
      && request.headers["accept"]?.contains("text/html") == true && request.isFromThisMachine
  }

  func handle(_ request: Request) async throws -> HTTPResponse {
    guard request.isFromThisMachine else { return .answer(403, Self.headers) }
    switch (request.method, request.path) {
    case ("GET", "/"):
      return .answer(200, Self.headers, body: Data(Self.html.utf8), type: "text/html; charset=utf-8")
    case ("GET", Self.prefix + "state"): return .json(200, await state(), Self.headers)
    case ("GET", Self.prefix + "object"): return try await object(request)
    // Another site's page cannot send this header without asking first, and is never allowed to.
    case ("PUT", Self.prefix + "object") where request.headers["x-thimble"] != nil:
      return try await upload(request)
    default: return .answer(404, Self.headers)
    }
  }

  private func object(_ request: Request) async throws -> HTTPResponse {
    do throws(S3Fault) {
      let bucket = try await buckets.find(request.parameter("bucket") ?? "")
      let (object, file) = try await bucket.open(request.parameter("key") ?? "")
      let type = object.record.headers["content-type"] ?? ObjectRecord.defaultContentType
      var answer = HTTPResponse.answer(200, Self.headers)
      if Self.imageTypes.contains(type) {
        answer.headers[.contentType] = type
      } else {
        answer.headers[.contentType] = ObjectRecord.defaultContentType
        answer.headers[.contentDisposition] = "attachment"
      }
      let size = object.record.size
      if size > 0 {
        answer.payload = .httpBody(
          HTTPBodySequence(
            from: FileBody(file: file, range: 0..<size), count: size, suggestedBufferSize: 1 << 18))
      }
      return answer
    } catch {
      return .answer(error.status, Self.headers)
    }
  }

  /// Puts the body into a bucket, just as a signed PutObject would.
  private func upload(_ request: Request) async throws -> HTTPResponse {
    do {
      let bucket = try await buckets.find(request.parameter("bucket") ?? "")
      let key = request.parameter("key") ?? ""
      guard (1...KeyPath.keyLimit).contains(key.utf8.count) else { return .answer(400, Self.headers) }
      return try await s3.putObject(S3Call(request), bucket, key)
    } catch let fault as S3Fault {
      return .answer(fault.status, Self.headers, body: Data(fault.message.utf8), type: "text/plain")
    }
  }

  // MARK: State

  private struct State: Encodable {
    var function: String?
    var buckets: [BucketState]
    var invocations: [InvocationState]
  }

  private struct BucketState: Encodable {
    var name: String
    var count: Int
    /// The newest first.
    var objects: [ObjectState]
  }

  private struct ObjectState: Encodable {
    var key: String
    var size: Int
    var modified: String
    var etag: String
    var isImage: Bool
    var metadata: [String: String]
    var tags: [String: String]
  }

  private struct InvocationState: Encodable {
    var time: String
    var report: String
    var error: String?
  }

  private func state() async -> State {
    var states: [BucketState] = []
    for bucket in await buckets.all {
      let keys = await bucket.keys()
      let records = await bucket.newest(Self.objectLimit, of: keys)
      states.append(BucketState(name: bucket.name, count: keys.count, objects: records.map(objectState)))
    }
    let results = await function?.history ?? []
    return State(
      function: function?.settings.name, buckets: states,
      invocations: results.reversed().map { result in
        InvocationState(
          time: UTCTime(result.report.finished).extended, report: result.report.line,
          error: result.functionError == nil
            ? nil : String(decoding: result.payload.prefix(500), as: UTF8.self))
      })
  }

  private func objectState(_ record: ObjectRecord) -> ObjectState {
    let type = record.headers["content-type"] ?? ""
    return ObjectState(
      key: record.key, size: record.size, modified: UTCTime(record.modified).extended, etag: record.etag,
      isImage: Self.imageTypes.contains(type), metadata: record.metadata,
      tags: Dictionary(record.tags.map { ($0.key, $0.value) }) { first, _ in first })
  }
}
