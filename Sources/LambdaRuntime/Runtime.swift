import Glibc

/// A Lambda function's whole process.
public enum Runtime {
  /// Makes the handler, then takes events from `AWS_LAMBDA_RUNTIME_API` until Lambda ends the process.
  public static func run<Handler: InvocationHandler>(
    environment: [String: String], logger: Logger,
    makeHandler: () throws(InvocationFailure) -> Handler
  ) -> Never {
    exit(1)
  }
}
