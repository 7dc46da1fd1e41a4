/// The parts of a URL that the client itself needs to know.
struct HTTPURL {
  let isSecure: Bool
  /// Without port; an IPv6 address without its brackets.
  let host: String
  /// Without the query, which may hold what no log should.
  let withoutQuery: String

  /// - Throws: ``HTTPError/Kind/invalidRequest``.
  init(_ request: HTTPRequest) throws(HTTPError) {
    let url = request.url
    withoutQuery = String(url.prefix { $0 != "?" })
    func refuse(_ reason: String) -> HTTPError {
      HTTPError(.invalidRequest, request: "\(request.method) \(url.prefix { $0 != "?" })", reason: reason)
    }
    guard url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
      throw refuse("a URL must be percent-encoded ASCII")
    }
    let rest: Substring
    if url.hasPrefix("http://") {
      isSecure = false
      rest = url.dropFirst("http://".count)
    } else if url.hasPrefix("https://") {
      isSecure = true
      rest = url.dropFirst("https://".count)
    } else {
      throw refuse("the URL must begin with http:// or https://")
    }
    let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    if authority.hasPrefix("[") {
      host = String(authority.dropFirst().prefix { $0 != "]" })
    } else {
      host = String(authority.prefix { $0 != ":" })
    }
    guard !host.isEmpty else { throw refuse("the URL names no host") }
  }

  /// `GET http://host/path`, for errors.
  func summary(_ request: HTTPRequest) -> String { "\(request.method) \(withoutQuery)" }

  /// The machine itself, or its link (where Lambda may put its Runtime API): never behind a proxy.
  var isLocal: Bool {
    host == "localhost" || host.hasSuffix(".localhost") || host == "::1" || isAddress(beginning: "127.")
      || isAddress(beginning: "169.254.")
  }

  private func isAddress(beginning prefix: String) -> Bool {
    host.hasPrefix(prefix) && host.utf8.allSatisfy { $0 == UInt8(ascii: ".") || (0x30...0x39).contains($0) }
  }
}
