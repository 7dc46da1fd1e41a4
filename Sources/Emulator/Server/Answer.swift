import FlyingFox
import Foundation

extension HTTPResponse {
  /// An answer with a body in memory.
  static func answer(
    _ status: Int, _ headers: [String: String] = [:], body: Data = Data(), type: String? = nil
  ) -> HTTPResponse {
    var fields = HTTPHeaders()
    for (name, value) in headers { fields[HTTPHeader(name)] = value }
    if let type { fields[.contentType] = type }
    return HTTPResponse(statusCode: .of(status), headers: fields, body: body)
  }

  static func json(_ status: Int, _ value: some Encodable, _ headers: [String: String] = [:]) -> HTTPResponse
  {
    .answer(status, headers, body: JSON.encode(value), type: "application/json")
  }
}

extension HTTPStatusCode {
  private static let phrases = [
    200: "OK", 202: "Accepted", 204: "No Content", 206: "Partial Content", 304: "Not Modified",
    400: "Bad Request", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 409: "Conflict",
    411: "Length Required", 412: "Precondition Failed", 413: "Request Entity Too Large",
    416: "Range Not Satisfiable", 500: "Internal Server Error", 501: "Not Implemented",
    503: "Service Unavailable",
  ]

  static func of(_ code: Int) -> HTTPStatusCode { HTTPStatusCode(code, phrase: phrases[code] ?? "Status") }
}
