import Digests
import Glibc
import S3
import System

/// Files of this machine: small ones are read, large ones only identified.
enum LocalFile {
  /// - Parameter limit: bytes.
  static func read(_ path: String, limit: Int = 16 << 20) throws(ClassifierError) -> [UInt8] {
    let file = try open(path)
    guard file.size <= limit else { throw failure(path, "it has \(file.size) bytes, more than \(limit)") }
    return try read(file, path, at: 0, count: file.size)
  }

  /// Writes a small file, which appears whole or not at all.
  /// - Returns: whether that could be done.
  static func write(_ bytes: [UInt8], to path: String) -> Bool {
    let temporary = path + ".part"
    let descriptor = Glibc.open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { return false }
    let written: Void? = try? bytes.withUnsafeBytes { try Descriptor.write(descriptor, $0) }
    close(descriptor)
    if written != nil, rename(temporary, path) == 0 { return true }
    unlink(temporary)
    return false
  }

  /// Identifies a file's contents by its size and blocks spread over it, so that a large
  /// model need not be read completely. Training changes all of a model's weights.
  static func fingerprint(_ path: String) throws(ClassifierError) -> String {
    let file = try open(path)
    let block = 4096
    let blocks = 16
    var sample = Array(String(file.size).utf8)
    if file.size <= block * blocks {
      sample += try read(file, path, at: 0, count: file.size)
    } else {
      for index in 0..<blocks {
        sample += try read(file, path, at: (file.size - block) / (blocks - 1) * index, count: block)
      }
    }
    return Digest.sha256(sample).hex
  }

  private static func open(_ path: String) throws(ClassifierError) -> ReadableFile {
    do throws(SystemError) {
      return try ReadableFile(path: path)
    } catch {
      throw failure(path, error.description)
    }
  }

  private static func read(
    _ file: ReadableFile, _ path: String, at offset: Int, count: Int
  ) throws(ClassifierError) -> [UInt8] {
    let bytes: [UInt8]
    do throws(SystemError) {
      bytes = try file.read(at: offset, count: count)
    } catch {
      throw failure(path, error.description)
    }
    guard bytes.count == count else { throw failure(path, "it became shorter while it was read") }
    return bytes
  }

  private static func failure(_ path: String, _ reason: String) -> ClassifierError {
    ClassifierError(.storage, subject: path, reason: reason)
  }
}
