import Glibc

/// Takes event after event to a handler and its answer back.
public struct RunLoop<Client: RuntimeClient> {
  /// How many calls of `next` may fail one after the other before the process gives up.
  private static var mostFailures: Int { 5 }

  private let client: Client
  private let logger: Logger
  private let wait: (Double) -> Void

  public init(client: Client, logger: Logger) {
    self.init(client: client, logger: logger, wait: RetryPolicy().wait)
  }

  init(client: Client, logger: Logger, wait: @escaping (Double) -> Void) {
    self.client = client
    self.logger = logger
    self.wait = wait
  }

  /// Makes the handler and runs until the Runtime API ends the process or is lost. A failure of the handler is
  /// the event's, not the process'. The last record that is logged says why it ends.
  /// - Returns: the process' exit status.
  public func run<Handler: InvocationHandler>(
    makeHandler: () throws(InvocationFailure) -> Handler
  ) -> Int32 {
    let handler: Handler
    do {
      handler = try makeHandler()
    } catch {
      return failInit(error)
    }
    do throws(RuntimeError) {
      while true {
        let invocation = try next()
        try run(invocation, handler)
        if let reason = handler.mustEnd {
          logger.warning("the process ends: \(reason)")
          return 1
        }
      }
    } catch {
      logger.error("the process ends: \(error)")
      return 1
    }
  }

  private func failInit(_ failure: InvocationFailure) -> Int32 {
    // Logged first: Lambda may end the process as soon as it knows.
    logger.error("the function cannot start: \(failure.message)", ["errorType": .string(failure.type)])
    do {
      try client.failInit(failure)
    } catch {
      logger.error("the function cannot start, and this could not be reported to Lambda: \(error)")
    }
    return 1
  }

  /// - Throws: what ends the process.
  private func next() throws(RuntimeError) -> Invocation {
    var failures = 0
    while true {
      do throws(RuntimeError) {
        return try client.next()
      } catch {
        failures += 1
        guard error.allowsToGoOn, failures < Self.mostFailures else { throw error }
        logger.warning("asking for an event failed: \(error)")
        wait(0.02 * Double(1 << failures))
      }
    }
  }

  /// - Throws: what ends the process.
  private func run(_ invocation: Invocation, _ handler: some InvocationHandler) throws(RuntimeError) {
    if let traceID = invocation.traceID {
      setenv(RuntimeAPI.traceVariable, traceID, 1)
    } else {
      unsetenv(RuntimeAPI.traceVariable)
    }
    let logger = logger.forInvocation(invocation.requestID)
    let answer: Result<[UInt8], InvocationFailure>
    do {
      answer = .success(try handler.handle(invocation))
    } catch {
      logger.error("the event failed: \(error.message)", ["errorType": .string(error.type)])
      answer = .failure(error)
    }
    do throws(RuntimeError) {
      switch answer {
      case .success(let body): try client.respond(invocation.requestID, body)
      case .failure(let failure): try client.fail(invocation.requestID, failure)
      }
    } catch {
      guard error.allowsToGoOn else { throw error }
      // Whatever the reason, Lambda has answered the caller by now: a second POST would only be refused.
      if case .refused(status: 413) = error.kind, case .success(let body) = answer {
        logger.error("the answer is too large for Lambda: \(body.count) bytes")
      } else {
        logger.error("the answer was not accepted: \(error)")
      }
    }
  }
}

extension RuntimeError {
  /// Whether the next event may be asked for.
  fileprivate var allowsToGoOn: Bool {
    switch kind {
    case .refused, .badAnswer: true
    case .containerError, .unreachable, .notConfigured: false
    }
  }
}
