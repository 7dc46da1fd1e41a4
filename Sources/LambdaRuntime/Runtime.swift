import Glibc

/// A Lambda function's whole process.
public enum Runtime {
  /// Makes the handler, then takes events from `AWS_LAMBDA_RUNTIME_API` until Lambda ends the process.
  public static func run<Handler: InvocationHandler>(
    environment: [String: String], logger: Logger,
    makeHandler: () throws(InvocationFailure) -> Handler
  ) -> Never {
    exitOnTermination()
    let client: RuntimeAPIClient
    do {
      client = try RuntimeAPIClient(environment: environment)
    } catch {
      logger.error("\(error)")
      exit(1)
    }
    exit(RunLoop(client: client, logger: logger).run(makeHandler: makeHandler))
  }

  /// SIGTERM is how Lambda shuts a process down: nothing is left to do, and nothing to say.
  private static func exitOnTermination() {
    signal(SIGTERM) { _ in _exit(0) }
    // Blocked signals are inherited from the parent process.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGTERM)
    sigprocmask(SIG_UNBLOCK, &signals, nil)
  }
}
