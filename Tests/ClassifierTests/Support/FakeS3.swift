import Digests
import Foundation
import S3
import Synchronization
import System
import TestSupport

/// As much of S3 as the application uses, with objects that a test can change between any two requests.
/// Signatures are not looked at.
final class FakeS3: Sendable {
  struct Object: Sendable {
    var bytes: [UInt8]
    var eTag: String
    /// Names in lower case: `x-amz-meta-...` and others.
    var headers: [String: String] = [:]
    var tags: [String: String] = [:]
    /// Whether the ETag is not an MD5 and changes with each copy, as with a KMS key.
    var isOpaque = false
    /// XML of the grants besides the owner's, as `?acl` shows them.
    var grants = ""
  }

  private struct State {
    /// By `/bucket/key`, as it stands in requests.
    var objects: [String: Object] = [:]
    var log: [String] = []
    var hook: (@Sendable (String, inout [String: Object]) -> Int?)?
    var reply: (@Sendable (String) -> [ScriptedServer.Step]?)?
    var bodyFilter: (@Sendable (String, [UInt8]) -> [UInt8])?
    var serial = 0
    var ownership = "BucketOwnerEnforced"
    var ownershipQuestions = 0
    var copies: [[String: String]] = []
  }

  private let state = Mutex(State())
  private let server = Mutex<ScriptedServer?>(nil)

  /// Serves while `body` runs.
  static func run<Result>(_ body: (FakeS3) throws -> Result) throws -> Result {
    let fake = FakeS3()
    let server = try ScriptedServer { fake.answer($0) }
    fake.server.withLock { $0 = server }
    defer { server.stop() }
    return try body(fake)
  }

  /// For the code under test.
  var environment: [String: String] {
    [
      "AWS_ENDPOINT_URL_S3": server.withLock { $0?.endpoint ?? "" }, "AWS_ACCESS_KEY_ID": "a",
      "AWS_SECRET_ACCESS_KEY": "b", "AWS_REGION": "us-east-1",
    ]
  }

  /// The requests so far: `HEAD /images/a.png`.
  var log: [String] { state.withLock { $0.log } }

  func clearLog() { state.withLock { $0.log = [] } }

  /// Called before each request is answered: may change objects, or give a status to answer with.
  func setHook(_ hook: @escaping @Sendable (String, inout [String: Object]) -> Int?) {
    state.withLock { $0.hook = hook }
  }

  /// Called before each request is looked at, by several threads at once: may wait, or answer in its own way.
  func setReply(_ reply: @escaping @Sendable (String) -> [ScriptedServer.Step]?) {
    state.withLock { $0.reply = reply }
  }

  /// Changes what is sent of an object's bytes, whose checksums stay as they are.
  func setBodyFilter(_ filter: @escaping @Sendable (String, [UInt8]) -> [UInt8]) {
    state.withLock { $0.bodyFilter = filter }
  }

  /// Of all buckets.
  func setOwnership(_ ownership: String) { state.withLock { $0.ownership = ownership } }

  /// How often that was asked for.
  var ownershipQuestions: Int { state.withLock { $0.ownershipQuestions } }

  /// The headers of each copy, oldest first.
  var copies: [[String: String]] { state.withLock { $0.copies } }

  /// An error as S3 reports it.
  static func error(_ status: Int, _ code: String) -> [ScriptedServer.Step] {
    [.answer(status, [:], "<Error><Code>\(code)</Code><Message>as told</Message></Error>")]
  }

  subscript(path: String) -> Object? {
    get { state.withLock { $0.objects[path] } }
    set { state.withLock { $0.objects[path] = newValue } }
  }

  func put(_ path: String, _ bytes: [UInt8], eTag: String? = nil) {
    self[path] = Object(bytes: bytes, eTag: eTag ?? Digest.md5(bytes).hex)
  }

  private func answer(_ request: ScriptedServer.Request) -> [ScriptedServer.Step] {
    let parts = request.target.split(separator: "?", maxSplits: 1).map(String.init)
    let path = parts[0]
    let query = parts.count > 1 ? parts[1] : ""
    let isTagging = query.hasPrefix("tagging")
    let kind = ["tagging", "acl", "ownershipControls"].first { query.hasPrefix($0) }
    let line = "\(request.method) \(path)" + (kind.map { "?" + $0 } ?? "")
    if let reply = state.withLock({ $0.reply }), let steps = reply(line) {
      state.withLock { $0.log.append(line) }
      return steps
    }
    return state.withLock { state in
      if kind == "ownershipControls" {
        state.ownershipQuestions += 1
        let rule = "<Rule><ObjectOwnership>\(state.ownership)</ObjectOwnership></Rule>"
        return [.answer(200, [:], "<OwnershipControls>\(rule)</OwnershipControls>")]
      }
      state.log.append(line)
      if let hook = state.hook, let status = hook(line, &state.objects) { return [.answer(status)] }
      guard var object = state.objects[path] else {
        let text = request.method == "HEAD" ? "" : "<Error><Code>NoSuchKey</Code></Error>"
        return [.answer(404, [:], text)]
      }
      if kind == "acl" { return [.answer(200, [:], Self.accessControlList(object))] }
      switch (request.method, isTagging) {
      case ("HEAD", false), ("GET", false):
        if let filter = state.bodyFilter { object.bytes = filter(line, object.bytes) }
        return Self.read(request, object)
      case ("GET", true):
        let tags = object.tags.map { "<Tag><Key>\($0)</Key><Value>\($1)</Value></Tag>" }.joined()
        return [.answer(200, [:], "<Tagging><TagSet>\(tags)</TagSet></Tagging>")]
      case ("PUT", true):
        let text = String(decoding: request.body, as: UTF8.self)
        object.tags = [:]
        for tag in text.matches(of: /<Key>(.*?)<\/Key><Value>(.*?)<\/Value>/) {
          object.tags[String(tag.1)] = String(tag.2)
        }
        state.objects[path] = object
        return [.answer(200)]
      case ("PUT", false):
        if let match = request.headers["x-amz-copy-source-if-match"], match != "\"\(object.eTag)\"" {
          return [.answer(412)]
        }
        state.copies.append(request.headers)
        object.headers = request.headers.filter { $0.key.hasPrefix("x-amz-meta-") }
        // S3 copies no list.
        object.grants = ""
        state.serial += 1
        object.eTag =
          object.isOpaque ? Digest.md5(Array("\(state.serial)".utf8)).hex : Digest.md5(object.bytes).hex
        state.objects[path] = object
        return [.answer(200, [:], "<CopyObjectResult><ETag>\"\(object.eTag)\"</ETag></CopyObjectResult>")]
      default: return [.answer(405)]
      }
    }
  }

  private static func accessControlList(_ object: Object) -> String {
    let owner = "<Grant><Grantee><ID>me</ID></Grantee><Permission>FULL_CONTROL</Permission></Grant>"
    return "<AccessControlPolicy><Owner><ID>me</ID></Owner><AccessControlList>\(owner)\(object.grants)"
      + "</AccessControlList></AccessControlPolicy>"
  }

  private static func read(_ request: ScriptedServer.Request, _ object: Object) -> [ScriptedServer.Step] {
    if let match = request.headers["if-match"], match != "\"\(object.eTag)\"" { return [.answer(412)] }
    var bytes = object.bytes[...]
    var head = "ETag: \"\(object.eTag)\"\r\n"
    var status = 200
    if let range = request.headers["range"]?.firstMatch(of: /bytes=(\d+)-(\d+)/), let first = Int(range.1),
      let last = Int(range.2)
    {
      guard first < bytes.count else { return [.answer(416)] }
      status = 206
      bytes = bytes[first...min(last, bytes.count - 1)]
      head += "Content-Range: bytes \(first)-\(bytes.endIndex - 1)/\(object.bytes.count)\r\n"
    }
    if object.isOpaque { head += "x-amz-server-side-encryption: aws:kms\r\n" }
    if !object.tags.isEmpty { head += "x-amz-tagging-count: \(object.tags.count)\r\n" }
    for (name, value) in object.headers { head += "\(name): \(value)\r\n" }
    let start = "HTTP/1.1 \(status) Status\r\nContent-Length: \(bytes.count)\r\n\(head)\r\n"
    return [.send(start)] + (request.method == "GET" ? [.sendBytes(Array(bytes))] : [])
  }
}
