import CCurl
import Glibc

/// A blocking HTTP/1.1 client over libcurl that keeps its connections. To be used by one thread at a time.
///
/// Redirects are answers like any other. Certificates and host names are verified, against `AWS_CA_BUNDLE`,
/// `SSL_CERT_FILE` or the system's bundle. Proxies are those of the environment (`https_proxy`, `no_proxy`, ...);
/// none is used for the machine itself.
public final class HTTPClient {
  /// Names an exchange that was started.
  public struct ExchangeID: Hashable, Sendable {
    fileprivate let number: Int
  }

  /// An exchange that has ended.
  public typealias Finished = (id: ExchangeID, result: Result<HTTPResponse, HTTPError>)

  private let multi: UnsafeMutableRawPointer?
  /// nil: the process's.
  private let trust: Trust?
  private var running: [ExchangeID: Exchange] = [:]
  /// Ended, and not fetched yet.
  private var finished: [Finished] = []
  /// Handles that wait for another exchange.
  private var idle: [UnsafeMutableRawPointer] = []
  private var count = 0

  /// - Parameter caBundle: a PEM file of trusted certificate authorities; nil: from the environment, or the
  ///   system's.
  public convenience init(caBundle: String? = nil) { self.init(trust: caBundle.map(Trust.file)) }

  init(trust: Trust?) {
    self.trust = trust
    _ = Self.initializeLibrary
    multi = curl_multi_init()
    _ = curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, 32)
  }

  deinit {
    for exchange in running.values {
      curl_multi_remove_handle(multi, exchange.handle)
      curl_easy_cleanup(exchange.handle)
    }
    for handle in idle { curl_easy_cleanup(handle) }
    curl_multi_cleanup(multi)
  }

  /// Sends one request and waits for the answer. Exchanges that were started go on meanwhile.
  /// - Parameter sink: takes the body; nil: memory does.
  public func send(_ request: HTTPRequest, sink: (any HTTPBodySink)? = nil) throws(HTTPError) -> HTTPResponse
  {
    let id = try start(request, sink: sink)
    while true {
      if let index = finished.firstIndex(where: { $0.id == id }) {
        return try finished.remove(at: index).result.get()
      }
      advance(atMost: 60)
    }
  }

  /// Starts an exchange that goes on while ``poll(atMost:)`` or ``send(_:sink:)`` runs.
  /// - Throws: ``HTTPError/Kind/invalidRequest`` and the like; everything else is said by ``poll(atMost:)``.
  public func start(
    _ request: HTTPRequest, sink: (any HTTPBodySink)? = nil
  ) throws(HTTPError) -> ExchangeID {
    let exchange = try makeExchange(request, sink)
    count += 1
    let id = ExchangeID(number: count)
    let result = curl_multi_add_handle(multi, exchange.handle)
    guard result == CURLM_OK else {
      curl_easy_cleanup(exchange.handle)
      throw exchange.error(.broken, String(cString: curl_multi_strerror(result)))
    }
    running[id] = exchange
    return id
  }

  /// Moves all exchanges on until one ends or the time is over.
  /// - Parameter seconds: how long to wait at most.
  /// - Returns: those that ended; also none, and also before the time is over.
  public func poll(atMost seconds: Double) -> [Finished] {
    if finished.isEmpty { advance(atMost: seconds) }
    defer { finished = [] }
    return finished
  }

  /// Lets an exchange go on whose sink had no room.
  public func resume(_ id: ExchangeID) {
    guard let exchange = running[id] else { return }
    curl_easy_pause(exchange.handle, CURLPAUSE_CONT)
  }

  /// Ends the wait of ``poll(atMost:)``. The only call that may be made by any thread.
  public func wakeUp() { curl_multi_wakeup(multi) }

  /// Ends an exchange; its callbacks are not called any more.
  public func cancel(_ id: ExchangeID) {
    finished.removeAll { $0.id == id }
    guard let exchange = running.removeValue(forKey: id) else { return }
    retire(exchange)
  }

  // MARK: libcurl

  /// Once for the process. Writing to a TLS connection that the other side has closed raises SIGPIPE, which
  /// would end the process; libcurl is configured to leave signals alone, so it is ignored here.
  private static let initializeLibrary: Void = {
    curl_global_init(Int(CURL_GLOBAL_DEFAULT))
    signal(SIGPIPE, SIG_IGN)
  }()

  private func makeExchange(
    _ request: HTTPRequest, _ sink: (any HTTPBodySink)?
  ) throws(HTTPError) -> Exchange {
    let url = try HTTPURL(request)
    guard multi != nil, let handle = idle.popLast() ?? curl_easy_init() else {
      throw HTTPError(.broken, request: url.summary(request), reason: "libcurl has no memory left")
    }
    do throws(HTTPError) {
      let trust = url.isSecure ? try self.trust(for: url.summary(request)) : nil
      return try Exchange(request, url, sink: sink, trust: trust, handle: handle)
    } catch {
      curl_easy_cleanup(handle)
      throw error
    }
  }

  private func trust(for request: String) throws(HTTPError) -> Trust {
    if let trust { return trust }
    switch Trust.current {
    case .success(let trust): return trust
    case .failure(let missing): throw HTTPError(.certificate, request: request, reason: missing.reason)
    }
  }

  private func advance(atMost seconds: Double) {
    var active: Int32 = 0
    var result = curl_multi_perform(multi, &active)
    collect()
    if result == CURLM_OK, finished.isEmpty {
      result = curl_multi_poll(multi, nil, 0, Int32(clamping: milliseconds(seconds)), nil)
      if result == CURLM_OK { result = curl_multi_perform(multi, &active) }
      collect()
    }
    if result != CURLM_OK { failAll(String(cString: curl_multi_strerror(result))) }
  }

  private func collect() {
    var left: Int32 = 0
    while let message = curl_multi_info_read(multi, &left) {
      guard message.pointee.msg == CURLMSG_DONE else { continue }
      let handle = message.pointee.easy_handle
      let code = curl_message_result(message)
      guard let (id, exchange) = running.first(where: { $0.value.handle == handle }) else { continue }
      running[id] = nil
      finished.append((id, exchange.result(code)))
      retire(exchange)
    }
  }

  /// The multi handle itself is broken, which only exhausted memory or descriptors explain.
  private func failAll(_ reason: String) {
    for (id, exchange) in running {
      finished.append((id, .failure(exchange.error(.broken, reason))))
      retire(exchange)
    }
    running = [:]
  }

  private func retire(_ exchange: Exchange) {
    curl_multi_remove_handle(multi, exchange.handle)
    // Forgets the options; connections and TLS sessions stay.
    curl_easy_reset(exchange.handle)
    idle.append(exchange.handle)
  }
}

/// libcurl's unit; within its range, and never 0, which would mean "without end".
func milliseconds(_ seconds: Double) -> Int {
  Int(max(1, min(seconds * 1000, Double(Int32.max))))
}
