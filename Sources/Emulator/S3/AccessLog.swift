import Foundation
import Synchronization
import System

/// A file with a line of JSON for each S3 request, written when its answer is sent.
final class AccessLog: Sendable {
  struct Entry: Encodable, Sendable {
    /// When the request came.
    var time: String
    var method: String
    var bucket: String?
    var key: String?
    /// The names of the query's parameters, in order.
    var query: [String]
    /// The range that the client asked for.
    var range: String?
    /// Of a copy: the ETag that its source must have.
    var sourceETag: String?
    /// 0: the connection was closed without an answer.
    var status: Int
    /// Bytes of the answer's body that were sent.
    var sent: Int
    /// Bytes of the request's body.
    var received: Int
    /// From the request's head to the answer's end.
    var ms: Double
    /// How the request was made to fail.
    var fault: String?
  }

  private let descriptor: Int32
  /// Held while a line is written.
  private let line = Mutex(())

  /// Adds to what is in the file already.
  init(path: String) throws(EmulatorError) {
    descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw .cannotOpenLog(path: path, reason: SystemError().description)
    }
  }

  deinit { close(descriptor) }

  func add(_ entry: Entry) {
    let bytes = JSON.encode(entry) + Data("\n".utf8)
    line.withLock { _ in
      // A disk that is full loses lines; requests go on.
      try? bytes.withUnsafeBytes { try Descriptor.write(descriptor, $0) }
    }
  }
}
