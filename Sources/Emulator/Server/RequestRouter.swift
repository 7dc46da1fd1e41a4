import FlyingFox
import Foundation

/// Passes each request to the API that it is for: all share one port, and the path says which.
struct RequestRouter: HTTPHandler {
  /// nil when the emulator has no function.
  let runtime: RuntimeAPI?
  let invoke: InvokeAPI
  let s3: S3Port
  let web: WebPage

  func handleRequest(_ request: HTTPRequest) async throws -> HTTPResponse {
    let request = Request(request)
    var answer = try await answer(request)
    // A client that waits to be asked for its body may tire of it, and send it after all: where the next
    // request is expected.
    if try await !request.body.discardIfUnread() { answer.headers[.connection] = "close" }
    return answer
  }

  private func answer(_ request: Request) async throws -> HTTPResponse {
    if request.path.hasPrefix(RuntimeAPI.prefix), let runtime {
      guard request.headers["origin"] == nil else { return .answer(403) }
      return try await runtime.handle(request)
    }
    if request.path.hasPrefix(InvokeAPI.prefix) { return try await invoke.handle(request) }
    if web.isMeant(by: request) { return try await web.handle(request) }
    return try await s3.handle(request)
  }
}
