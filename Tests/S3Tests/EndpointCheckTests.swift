import Digests
import Foundation
import Synchronization
import System
import TestSupport
import Testing

@testable import S3

/// `thimble check --endpoint`: what it says of servers, and that it leaves nothing behind.
struct EndpointCheckTests {
  private static func check(_ endpoint: String, id: String = "test", secret: String = "test") async throws
    -> (status: Int32, text: String)
  {
    let scratch = try Scratch()
    let command = PeerCommand(
      directory: scratch.directory, endpoint: "http://127.0.0.1:1", id: id, secret: secret)
    return try await command.run(
      Tool.products.appendingPathComponent("thimble").path,
      ["check", "--endpoint", endpoint, "--bucket", "images"])
  }

  @Suite(.enabled(if: Peer.isThere, Peer.hint))
  struct Peers {
    @Test(arguments: Peer.allCases) func peers(_ peer: Peer) async throws {
      try await peer.run { server in
        try await server.python(
          """
          if "images" not in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]:
            s3.create_bucket(Bucket="images")
          """)
        let (status, text) = try await check(server.endpoint, id: server.id, secret: server.secret)
        // moto copies whatever the condition says.
        #expect(status == (peer == .moto ? 1 : 0), "\(text)")
        #expect(text.contains("x-amz-copy-source-if-match  no ") == (peer == .moto), "\(text)")
        #expect(text.contains(#""write": {"to": "tags"}"#) == (peer == .moto), "\(text)")
        #expect(text.contains("All that Thimble relies on works here.") == (peer != .moto), "\(text)")
        #expect(!text.contains("cannot be read"), "\(text)")
        try await server.python("assert 'Contents' not in s3.list_objects_v2(Bucket='images')")
      }
    }

    /// Older versions are removed, too.
    @Test func versions() async throws {
      try await Peer.moto.run { server in
        try await server.python(
          """
          s3.create_bucket(Bucket="images")
          s3.put_bucket_versioning(Bucket="images", VersioningConfiguration={"Status": "Enabled"})
          """)
        _ = try await check(server.endpoint)
        try await server.python(
          """
          rest = s3.list_object_versions(Bucket="images")
          assert "Versions" not in rest and "DeleteMarkers" not in rest, rest
          """)
      }
    }
  }

  // MARK: Servers with a flaw

  enum Flaw: CaseIterable {
    case none, changesBody, dropsMetadata, manglesMetadata, oddETag, ignoresIfMatch, ignoresRanges,
      wrongRanges
    case noTagging, noTagCount, dropsTags, ignoresCopyCondition, noCopy, dropsContentType
  }

  @Test(arguments: Flaw.allCases) func flaws(_ flaw: Flaw) async throws {
    let store = FlawedStore(flaw)
    let server = try ScriptedServer { [store.answer($0)] }
    defer { server.stop() }
    let (status, text) = try await Self.check(server.endpoint)
    let (expected, words): (Int32, String) =
      switch flaw {
      case .none: (0, "All that Thimble relies on works here.")
      case .ignoresIfMatch: (0, "no (Thimble looks itself)")
      case .ignoresRanges: (0, "no (models are read in one piece)")
      case .noTagging, .noTagCount: (0, "those in tags are not")
      case .changesBody, .oddETag, .wrongRanges: (1, "Do not use Thimble")
      case .dropsMetadata, .manglesMetadata, .dropsTags, .ignoresCopyCondition, .noCopy, .dropsContentType:
        (1, #""write": {"to": "tags"}"#)
      }
    #expect(status == expected && text.contains(words), "\(flaw): \(text)")
    #expect(text.contains(" unsafe\n") == (status == 1 || words.contains("tags are not")), "\(text)")
    #expect(store.isEmpty, "\(flaw)")
  }

  @Test func nothingToAsk() async throws {
    let denied = ScriptedServer.Step.answer(403, [:], "<Error><Code>AccessDenied</Code></Error>")
    let server = try ScriptedServer { _ in [denied] }
    defer { server.stop() }
    let (status, text) = try await Self.check(server.endpoint)
    #expect(status == 1 && text.contains("s3:PutObject") && text.contains("AccessDenied"), "\(text)")
  }

  @Test(arguments: [["--endpoint", "http://127.0.0.1:1"], ["--bucket", "images"], []])
  func usage(arguments: [String]) throws {
    #expect(try Tool.run(["check"] + arguments).status == 64)
  }
}

/// A bucket for one object that does all as S3 does, but for one thing.
private final class FlawedStore: Sendable {
  private struct Object {
    var body: [UInt8]
    var headers: [String: String]
    var tags = ""
  }

  private let flaw: EndpointCheckTests.Flaw
  private let object = Mutex<Object?>(nil)

  init(_ flaw: EndpointCheckTests.Flaw) { self.flaw = flaw }

  var isEmpty: Bool { object.withLock { $0 == nil } }

  func answer(_ request: ScriptedServer.Request) -> ScriptedServer.Step {
    object.withLock { object in
      let query = request.target.split(separator: "?").dropFirst().first ?? ""
      switch request.method {
      case "DELETE":
        object = nil
        return .answer(204)
      case "PUT" where query == "tagging=" || query.isEmpty:
        return put(request, &object, isTagging: !query.isEmpty)
      case "GET" where query.isEmpty || query == "tagging=":
        guard let object else { return error(404, "NoSuchKey") }
        return query.isEmpty ? get(request, object) : tagging(object)
      default: return error(501, "NotImplemented")
      }
    }
  }

  private func error(_ status: Int, _ code: String) -> ScriptedServer.Step {
    .answer(status, [:], "<Error><Code>\(code)</Code></Error>")
  }

  private func eTag(_ object: Object) -> String {
    let isOdd = flaw == .oddETag
    return "\"\(isOdd ? String(repeating: "0", count: 32) : Digest.md5(object.body).hex)\""
  }

  private func tagging(_ object: Object) -> ScriptedServer.Step {
    if flaw == .noTagging { return error(501, "NotImplemented") }
    return .answer(200, [:], object.tags.isEmpty ? "<Tagging><TagSet/></Tagging>" : object.tags)
  }

  private func put(
    _ request: ScriptedServer.Request, _ object: inout Object?, isTagging: Bool
  ) -> ScriptedServer.Step {
    if isTagging {
      object?.tags = String(decoding: request.body, as: UTF8.self)
      return .answer(200)
    }
    var headers = request.headers.filter { $0.key.hasPrefix("x-amz-meta-") || $0.key == "content-type" }
    if flaw == .manglesMetadata { headers["x-amz-meta-thimble-check"] = "?gyptische Katze" }
    guard request.headers["x-amz-copy-source"] != nil, let old = object else {
      object = Object(body: request.body, headers: headers)
      return .answer(200)
    }
    if flaw == .noCopy { return error(403, "AccessDenied") }
    if flaw != .ignoresCopyCondition, request.headers["x-amz-copy-source-if-match"] != eTag(old) {
      return error(412, "PreconditionFailed")
    }
    if flaw == .dropsContentType { headers["content-type"] = "binary/octet-stream" }
    let new = Object(
      body: old.body, headers: flaw == .dropsMetadata ? [:] : headers,
      tags: flaw == .dropsTags ? "" : old.tags)
    object = new
    return .answer(200, [:], "<CopyObjectResult><ETag>\(eTag(new))</ETag></CopyObjectResult>")
  }

  private func get(_ request: ScriptedServer.Request, _ object: Object) -> ScriptedServer.Step {
    if flaw != .ignoresIfMatch, let tag = request.headers["if-match"], tag != eTag(object) {
      return error(412, "PreconditionFailed")
    }
    var headers = object.headers
    headers["ETag"] = eTag(object)
    if !object.tags.isEmpty, flaw != .noTagCount { headers["x-amz-tagging-count"] = "1" }
    var (status, body) = (200, object.body)
    if flaw == .changesBody { body[7] ^= 1 }
    if request.headers["range"] == "bytes=1000-1999", flaw != .ignoresRanges {
      (status, body) = (206, Array(body[1000..<(flaw == .wrongRanges ? 1999 : 2000)]))
      headers["Content-Range"] = "bytes 1000-1999/\(object.body.count)"
    }
    let fields = headers.map { "\($0): \($1)\r\n" }.joined()
    let head = "HTTP/1.1 \(status) Status\r\nContent-Length: \(body.count)\r\n\(fields)\r\n"
    return .sendBytes(Array(head.utf8) + body)
  }
}
