/// Takes event after event to a handler and its answer back.
public struct RunLoop<Client: RuntimeClient> {
  let client: Client
  let logger: Logger

  public init(client: Client, logger: Logger) {
    self.client = client
    self.logger = logger
  }

  /// Makes the handler and runs until the Runtime API is lost.
  /// - Returns: the process' exit status.
  public func run<Handler: InvocationHandler>(
    makeHandler: () throws(InvocationFailure) -> Handler
  ) -> Int32 {
    1
  }
}
