import Foundation
import System

/// A file that is being received beside its later place. It is removed unless it was moved there.
final class StagedFile {
  let path: String
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private static let bufferBytes = 1 << 18

  init(in folder: String) throws(S3Fault) {
    path = folder + "/" + UUID().uuidString
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw Self.failure("cannot make \(path)") }
  }

  deinit {
    close(descriptor)
    unlink(path)
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(S3Fault) {
    buffer += bytes
    if buffer.count >= Self.bufferBytes { try flush() }
  }

  func append(contentsOf source: String) throws(S3Fault) {
    var failure: S3Fault?
    let isRead = FileDigest.read(path: source) { bytes in
      guard failure == nil else { return }
      do throws(S3Fault) { try write(bytes) } catch { failure = error }
    }
    if let failure { throw failure }
    guard isRead else { throw Self.failure("cannot read \(source)") }
  }

  /// Writes what is left. The file is complete then.
  func flush() throws(S3Fault) {
    do {
      try buffer.withUnsafeBytes { try Descriptor.write(descriptor, $0) }
    } catch {
      throw Self.failure("cannot write \(path)")
    }
    buffer.removeAll(keepingCapacity: true)
  }

  private static func failure(_ what: String) -> S3Fault {
    .internalError("\(what): \(SystemError())")
  }
}
