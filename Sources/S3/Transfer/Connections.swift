import HTTP
import System

/// Connections to buckets that are being opened.
public final class Connections: Sendable {
  private let left: Monitor<Int>

  init(count: Int) { left = Monitor(count) }

  func isDone() { left.withLock { $0 -= 1 } }

  /// Waits until all are there, or could not be opened.
  public func wait(atMost seconds: Double) {
    _ = left.wait(atMost: seconds) { $0 <= 0 ? () : nil }
  }
}

extension S3Client {
  /// Opens a connection to each bucket, TLS included, so that the first call need not. Returns at once.
  ///
  /// What is sent is an unsigned HEAD, whose answer (a refusal) nobody looks at. Failures show at the first call.
  public func connect(to buckets: [String]) -> Connections {
    var urls: Set<String> = []
    for bucket in buckets {
      let location = S3Location(bucket: bucket, key: "-")
      guard let address = try? endpoint.address(of: location, region: region(of: bucket)) else { continue }
      urls.insert("\(address.scheme)://\(address.host)/")
    }
    let connections = Connections(count: urls.count)
    for url in urls {
      let request = HTTPRequest(method: "HEAD", url: url, headers: [("User-Agent", "thimble")], timeout: 2)
      http.start(request) { _ in connections.isDone() }
    }
    return connections
  }
}
