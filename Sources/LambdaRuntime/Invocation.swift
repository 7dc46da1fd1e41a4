import System

/// One event on its way to the handler, as `next` delivers it.
public struct Invocation: Sendable {
  /// `Lambda-Runtime-Aws-Request-Id`.
  public var requestID: String
  /// `Lambda-Runtime-Trace-Id`, for `X-Amzn-Trace-Id`; nil when there is none.
  public var traceID: String?
  /// `Lambda-Runtime-Invoked-Function-Arn`.
  public var functionARN: String
  /// `Lambda-Runtime-Deadline-Ms`: milliseconds since 1970 at which Lambda ends the invocation.
  public var deadline: Int64
  /// `Lambda-Runtime-Client-Context`: JSON from a mobile SDK's caller.
  public var clientContext: String?
  /// `Lambda-Runtime-Cognito-Identity`: JSON from a mobile SDK's caller.
  public var cognitoIdentity: String?
  /// The event.
  public var body: [UInt8]

  public init(
    requestID: String, traceID: String? = nil, functionARN: String = "", deadline: Int64 = .max,
    clientContext: String? = nil, cognitoIdentity: String? = nil, body: [UInt8]
  ) {
    self.requestID = requestID
    self.traceID = traceID
    self.functionARN = functionARN
    self.deadline = deadline
    self.clientContext = clientContext
    self.cognitoIdentity = cognitoIdentity
    self.body = body
  }

  /// What is left until the deadline; negative once it has passed.
  public var remainingMilliseconds: Int64 {
    let (rest, overflow) = deadline.subtractingReportingOverflow(Int64(Clock.realtime * 1000))
    return overflow ? .min : rest
  }
}
