import FlyingFox
import Foundation

/// Lambda's Runtime API, version 2018-06-01: how the function's process takes events and gives answers.
/// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
struct RuntimeAPI: Sendable {
  static let prefix = "/2018-06-01/runtime/"

  private struct Refusal: Encodable {
    var errorMessage: String
    var errorType: String
  }

  var sandbox: Sandbox

  func handle(_ request: Request) async throws -> HTTPResponse {
    let parts = Array(request.pathParts.dropFirst(2))
    do {
      switch (request.method, parts.count, parts.last) {
      case ("GET", 2, "next") where parts[0] == "invocation": return next(try await sandbox.next())
      case ("POST", 3, "response") where parts[0] == "invocation":
        let (body, count) = try await request.body.collect(limit: LambdaLimits.responseBytes)
        try await sandbox.respond(parts[1], body: body, byteCount: count)
      case ("POST", 3, "error") where parts[0] == "invocation":
        try await sandbox.fail(parts[1], body: errorBody(request), type: errorType(request))
      case ("POST", 2, "error") where parts[0] == "init":
        try await sandbox.failInit(body: errorBody(request), type: errorType(request))
      default: return .answer(404, body: Data("404 page not found\n".utf8), type: "text/plain")
      }
      return .json(202, ["status": "OK"])
    } catch let refusal as RuntimeRefusal {
      return .json(refusal.status, Refusal(errorMessage: refusal.message, errorType: refusal.type))
    }
  }

  private func next(_ delivery: Delivery) -> HTTPResponse {
    let invocation = delivery.invocation
    var headers = [
      "Lambda-Runtime-Aws-Request-Id": invocation.requestID,
      "Lambda-Runtime-Deadline-Ms": String(Int(delivery.deadline.timeIntervalSince1970 * 1000)),
      "Lambda-Runtime-Invoked-Function-Arn": delivery.functionARN,
      "Lambda-Runtime-Trace-Id": invocation.traceID,
    ]
    headers["Lambda-Runtime-Client-Context"] = invocation.clientContext
    return .answer(200, headers, body: invocation.payload, type: "application/json")
  }

  private func errorBody(_ request: Request) async throws -> Data {
    let (body, _) = try await request.body.collect(limit: LambdaLimits.responseBytes)
    guard let body else { throw RuntimeRefusal.tooLarge }
    return body
  }

  private func errorType(_ request: Request) -> String? {
    request.headers["lambda-runtime-function-error-type"]
  }
}
