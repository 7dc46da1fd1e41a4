import FlyingFox
import Foundation

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
  var pathParts: [String] { path.split(separator: "/").map { Percent.decode($0) } }

  /// The query's names and values, decoded, in order.
  var parameters: [(name: String, value: String)] {
    query.split(separator: "&").map { pair in
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return (Percent.decode(parts[0]), parts.count > 1 ? Percent.decode(parts[1]) : "")
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

/// Percent-encoding (RFC 3986, section 2.1).
enum Percent {
  private static let hex = Array("0123456789ABCDEF".utf8)

  /// Bytes that are not UTF-8 become the replacement character; a `%` without two digits stays.
  static func decode(_ text: some StringProtocol, plusIsSpace: Bool = false) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), let high = digit(rest.first), let low = digit(rest.dropFirst().first) {
        bytes.append(high << 4 | low)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Encodes all but the unreserved characters and those of `keeping`.
  static func encode(_ text: String, keeping: String = "", spaceIsPlus: Bool = false) -> String {
    let kept = Set("-._~".utf8).union(keeping.utf8)
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        bytes.append(byte)
      case UInt8(ascii: " ") where spaceIsPlus: bytes.append(UInt8(ascii: "+"))
      case _ where kept.contains(byte): bytes.append(byte)
      default: bytes += [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func digit(_ byte: UInt8?) -> UInt8? {
    switch byte {
    case .some(let byte) where byte >= 48 && byte <= 57: byte - 48
    case .some(let byte) where byte >= 65 && byte <= 70: byte - 55
    case .some(let byte) where byte >= 97 && byte <= 102: byte - 87
    default: nil
    }
  }
}
