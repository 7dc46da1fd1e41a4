/// A blocking HTTP/1.1 client over libcurl that keeps its connections. To be used by one thread at a time.
///
/// Redirects are answers like any other. Certificates and host names are verified.
public final class HTTPClient {
  public init() {}

  /// Sends one request and waits for the answer.
  public func send(_ request: HTTPRequest) throws(HTTPError) -> HTTPResponse {
    throw HTTPError(.invalidRequest, request: request.url, reason: "not built yet")
  }
}
