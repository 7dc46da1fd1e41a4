import System

/// Exchanges of many threads at once, over the connections of one ``HTTPClient`` that a thread of its own drives.
///
/// The thread starts with the first exchange. Sinks and completions are called on it, and must not block.
public final class HTTPTransport: Sendable {
  public typealias Completion = (Result<HTTPResponse, HTTPError>) -> Void

  /// Names an exchange that was started.
  public struct ID: Hashable, Sendable {
    fileprivate let number: Int
  }

  private let driver = Driver()

  public init() {}

  deinit { driver.stop() }

  /// Sends one request and waits for the answer.
  /// - Parameter sink: takes the body; nil: memory does.
  public func send(_ request: HTTPRequest, sink: (any HTTPBodySink)? = nil) throws(HTTPError) -> HTTPResponse
  {
    let answer = Monitor<Result<HTTPResponse, HTTPError>?>(nil)
    start(request, sink: sink) { result in answer.withLock { $0 = result } }
    return try answer.wait { $0 }.get()
  }

  /// A name for an exchange that is about to be started, so that a sink may know it from the first byte on.
  public func makeID() -> ID { driver.makeID() }

  /// Starts an exchange.
  /// - Parameters:
  ///   - id: from ``makeID()``; nil: one is made.
  ///   - delay: seconds to wait before.
  ///   - completion: called once, unless the exchange is cancelled.
  public func start(
    _ request: HTTPRequest, sink: (any HTTPBodySink)? = nil, as id: ID? = nil, after delay: Double = 0,
    completion: @escaping Completion
  ) {
    let waiting = Driver.Waiting(
      request: request, sink: sink, due: Clock.monotonic + delay, completion: completion)
    driver.add(.start(id ?? makeID(), waiting))
  }

  /// Ends an exchange. Its completion is not called any more once the transport's thread has noticed it.
  public func cancel(_ id: ID) { driver.add(.cancel(id)) }

  /// Lets an exchange go on whose sink had no room.
  public func resume(_ id: ID) { driver.add(.resume(id)) }
}

/// The thread's side.
private final class Driver: @unchecked Sendable {
  enum Command {
    case start(HTTPTransport.ID, Waiting)
    case cancel(HTTPTransport.ID)
    case resume(HTTPTransport.ID)
    case stop
  }

  /// An exchange that is not due yet.
  struct Waiting {
    let request: HTTPRequest
    let sink: (any HTTPBodySink)?
    let due: Double
    let completion: HTTPTransport.Completion
  }

  private struct Inbox {
    var commands: [Command] = []
    var count = 0
    var hasThread = false
  }

  private let inbox = Monitor(Inbox())

  // What only the thread touches.
  private let client = HTTPClient()
  private var waiting: [HTTPTransport.ID: Waiting] = [:]
  private var running: [HTTPClient.ExchangeID: (id: HTTPTransport.ID, completion: HTTPTransport.Completion)] =
    [:]

  func makeID() -> HTTPTransport.ID {
    inbox.withLock { inbox in
      inbox.count += 1
      return HTTPTransport.ID(number: inbox.count)
    }
  }

  func stop() { add(.stop) }

  func add(_ command: Command) {
    let needsThread = inbox.withLock { inbox in
      inbox.commands.append(command)
      defer { inbox.hasThread = true }
      return !inbox.hasThread
    }
    guard needsThread else { return client.wakeUp() }
    if case .stop = command { return }
    if !BackgroundThread.start({ self.run() }) {
      inbox.withLock { $0.hasThread = false }
      run(once: true)
    }
  }

  /// - Parameter once: the system grants no thread, so that the caller's has to do.
  private func run(once: Bool = false) {
    repeat {
      guard obey() else { return }
      startDue()
      for (exchange, result) in client.poll(atMost: untilNextDue) {
        running.removeValue(forKey: exchange)?.completion(result)
      }
    } while !once || !running.isEmpty || !waiting.isEmpty
  }

  /// - Returns: false at the end.
  private func obey() -> Bool {
    let commands = inbox.withLock { inbox in
      defer { inbox.commands = [] }
      return inbox.commands
    }
    for command in commands {
      switch command {
      case .start(let id, let exchange): waiting[id] = exchange
      case .cancel(let id):
        waiting[id] = nil
        guard let exchange = exchange(id) else { continue }
        running[exchange] = nil
        client.cancel(exchange)
      case .resume(let id): if let exchange = exchange(id) { client.resume(exchange) }
      case .stop: return false
      }
    }
    return true
  }

  private func exchange(_ id: HTTPTransport.ID) -> HTTPClient.ExchangeID? {
    running.first { $0.value.id == id }?.key
  }

  private func startDue() {
    guard !waiting.isEmpty else { return }
    let now = Clock.monotonic
    let due = waiting.filter { $0.value.due <= now }.sorted { $0.key.number < $1.key.number }
    for (id, exchange) in due {
      waiting[id] = nil
      do throws(HTTPError) {
        running[try client.start(exchange.request, sink: exchange.sink)] = (id, exchange.completion)
      } catch {
        exchange.completion(.failure(error))
      }
    }
  }

  /// Seconds.
  private var untilNextDue: Double {
    guard let due = waiting.values.map(\.due).min() else { return 1e6 }
    return max(0.0005, due - Clock.monotonic)
  }
}
