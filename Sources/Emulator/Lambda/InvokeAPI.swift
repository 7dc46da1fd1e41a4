import Digests
import FlyingFox
import Foundation
import System

/// Lambda's Invoke API: `aws lambda invoke`, boto3's `invoke`, and curl, unsigned, as AWS's own emulator
/// allows.
/// https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
struct InvokeAPI: Sendable {
  static let prefix = "/2015-03-31/functions/"

  private struct Failure: Error, Encodable {
    var status: Int
    var code: String
    var message: String

    private enum CodingKeys: String, CodingKey { case type = "Type", message = "Message" }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode("User", forKey: .type)
      try container.encode(message, forKey: .message)
    }
  }

  /// nil when the emulator has no function.
  let function: LambdaFunction?
  let authenticator: Authenticator

  func handle(_ request: Request) async throws -> HTTPResponse {
    do {
      return try await invoke(request)
    } catch let failure as Failure {
      return .json(
        failure.status, failure,
        ["x-amzn-ErrorType": failure.code, "x-amzn-RequestId": Invocation.newRequestID()])
    }
  }

  private func invoke(_ request: Request) async throws -> HTTPResponse {
    let parts = request.pathParts
    guard request.method == "POST", parts.count == 4, parts[3] == "invocations" else {
      throw Failure(
        status: 404, code: "UnknownOperationException",
        message: "The emulator supports only the call Invoke.")
    }
    let type = request.headers["x-amz-invocation-type"] ?? "RequestResponse"
    let limit = type == "Event" ? LambdaLimits.eventBytes : LambdaLimits.requestBytes
    let (body, count) = try await request.body.collect(limit: limit)
    guard var payload = body else {
      throw Failure(
        status: 413, code: "RequestTooLargeException",
        message: "Request must be smaller than \(limit) bytes for the \(type) operation; it has \(count).")
    }
    try authenticate(request, payload)
    let function = try named(parts[2], request.parameter("Qualifier"))
    if payload.isEmpty { payload = Data("{}".utf8) }
    guard (try? JSONSerialization.jsonObject(with: payload, options: .fragmentsAllowed)) != nil else {
      throw Failure(
        status: 400, code: "InvalidRequestContentException",
        message: "Could not parse request body into json: the payload is not JSON.")
    }

    let invocation = Invocation(
      payload: payload, traceID: request.headers["x-amzn-trace-id"], clientContext: try clientContext(request)
    )
    var headers = ["x-amzn-RequestId": invocation.requestID, "X-Amzn-Trace-Id": invocation.traceID]
    switch type {
    case "DryRun": return .answer(204, headers)
    case "Event":
      await function.accept(invocation)
      return .answer(202, headers)
    case "RequestResponse":
      let result = await function.invoke(invocation)
      headers["X-Amz-Executed-Version"] = "$LATEST"
      headers["X-Amz-Function-Error"] = result.functionError
      if request.headers["x-amz-log-type"] == "Tail" {
        headers["X-Amz-Log-Result"] = Data(result.logTail.utf8).base64EncodedString()
      }
      return .answer(200, headers, body: result.payload, type: "application/json")
    default:
      throw Failure(
        status: 400, code: "InvalidParameterValueException", message: "\(type) is not an invocation type.")
    }
  }

  /// What the runtime gets in a header, and therefore on one line.
  private func clientContext(_ request: Request) throws(Failure) -> String? {
    guard let text = request.headers["x-amz-client-context"] else { return nil }
    guard let context = Data(base64Encoded: text),
      (try? JSONSerialization.jsonObject(with: context)) is [String: Any]
    else {
      throw Failure(
        status: 400, code: "InvalidRequestContentException",
        message: "Client context must be a valid Base64-encoded JSON object.")
    }
    // In JSON line breaks are only spaces between values.
    return String(decoding: context.map { $0 < 32 ? 32 : $0 }, as: UTF8.self)
  }

  /// A signature must be right where there is one. Without one, the caller must not be another site's web
  /// page.
  private func authenticate(_ request: Request, _ payload: Data) throws(Failure) {
    guard request.headers["authorization"] != nil else {
      guard request.isFromThisMachine else {
        throw Failure(
          status: 403, code: "MissingAuthenticationTokenException", message: "Missing Authentication Token")
      }
      return
    }
    do throws(S3Fault) {
      _ = try authenticator.verify(
        request, service: "lambda", bodyHash: Digest.sha256(payload).hex)
    } catch {
      switch error.code {
      case "InvalidAccessKeyId", "InvalidToken":
        throw Failure(
          status: 403, code: "UnrecognizedClientException",
          message: "The security token included in the request is invalid.")
      case "SignatureDoesNotMatch":
        throw Failure(status: 403, code: "InvalidSignatureException", message: error.message)
      default: throw Failure(status: 403, code: "AccessDeniedException", message: error.message)
      }
    }
  }

  /// A function may be called by its name, its ARN, or a part of it, with or without `$LATEST`.
  private func named(_ text: String, _ qualifier: String?) throws(Failure) -> LambdaFunction {
    let words = text.split(separator: ":").map(String.init)
    let start = words.firstIndex(of: "function").map { $0 + 1 } ?? 0
    let name = start < words.count ? words[start] : text
    let version = start + 1 < words.count ? words[start + 1] : qualifier ?? "$LATEST"
    guard let function, function.settings.name == name, version == "$LATEST" else {
      let known =
        function.map { "The emulator's function is \($0.settings.name)." } ?? "There is none: see --function."
      throw Failure(
        status: 404, code: "ResourceNotFoundException", message: "Function not found: \(text). \(known)")
    }
    return function
  }
}
