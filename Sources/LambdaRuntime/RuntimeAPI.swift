import System

/// The names of Lambda's Runtime API, version 2018-06-01 (AWS Lambda Developer Guide, "Using the Lambda runtime
/// API for custom runtimes").
enum RuntimeAPI {
  /// Names the endpoint, `host:port`.
  static let endpointVariable = "AWS_LAMBDA_RUNTIME_API"
  /// The environment variable in which libraries look for X-Ray's header.
  static let traceVariable = "_X_AMZN_TRACE_ID"

  static let version = "2018-06-01"
  static let next = "/\(version)/runtime/invocation/next"
  static let initError = "/\(version)/runtime/init/error"

  static func response(_ requestID: String) -> String {
    "/\(version)/runtime/invocation/\(escaped(requestID))/response"
  }

  static func error(_ requestID: String) -> String {
    "/\(version)/runtime/invocation/\(escaped(requestID))/error"
  }

  enum Header {
    static let requestID = "Lambda-Runtime-Aws-Request-Id"
    static let deadline = "Lambda-Runtime-Deadline-Ms"
    static let functionARN = "Lambda-Runtime-Invoked-Function-Arn"
    static let traceID = "Lambda-Runtime-Trace-Id"
    static let clientContext = "Lambda-Runtime-Client-Context"
    static let cognitoIdentity = "Lambda-Runtime-Cognito-Identity"
    static let errorType = "Lambda-Runtime-Function-Error-Type"
  }

  static let eventType = "application/json"
  static let errorType = "application/vnd.aws.lambda.error+json"

  /// Lambda's own identifiers are all plain.
  private static func escaped(_ requestID: String) -> String { PercentEncoding.encode(requestID) }
}
