import FlyingFox
import Foundation
import System

/// A request as it came over the wire: nothing decoded or normalised that a signature covers.
struct Request: Sendable {
  var method: String
  /// Percent-encoded, as sent.
  var path: String
  /// Percent-encoded, as sent, without `?`.
  var query: String
  /// Names in lower case.
  var headers: [String: String]
  var body: RequestBody
  /// The client's.
  var address: HTTPRequest.Address?

  init(_ request: HTTPRequest) {
    method = request.method.rawValue.uppercased()
    path = request.target.path()
    query = request.target.query()
    address = request.remoteAddress
    headers = [:]
    for (header, value) in request.headers { headers[header.rawValue.lowercased()] = value }
    body = RequestBody(
      request.bodySequence, expectsContinue: headers["expect"]?.lowercased() == "100-continue")
  }

  /// The path's parts between slashes, decoded.
  var pathParts: [String] { path.split(separator: "/").map { PercentEncoding.decode($0) } }

  /// The query's names and values, decoded, in order.
  var parameters: [(name: String, value: String)] {
    query.split(separator: "&").map { pair in
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return (PercentEncoding.decode(parts[0]), parts.count > 1 ? PercentEncoding.decode(parts[1]) : "")
    }
  }

  /// The first query parameter of that name.
  func parameter(_ name: String) -> String? { parameters.first { $0.name == name }?.value }

  /// The host without a port, in lower case.
  var host: String {
    let host = (headers["host"] ?? "").lowercased()
    if host.hasPrefix("["), let end = host.firstIndex(of: "]") { return String(host[...end]) }
    return String(host.prefix { $0 != ":" })
  }

  /// Whether a web page of this emulator, or no web page at all, can have sent this: the host is this machine
  /// by name, so that no foreign domain was pointed here (DNS rebinding), and the origin, where a browser
  /// tells one, is the emulator itself.
  var isFromThisMachine: Bool {
    let isLocalHost = ["127.0.0.1", "localhost", "[::1]"].contains(host) || host.hasSuffix(".localhost")
    guard isLocalHost else { return false }
    guard let origin = headers["origin"] else { return headers["sec-fetch-site"] != "cross-site" }
    return origin == "http://" + (headers["host"] ?? "")
  }
}
