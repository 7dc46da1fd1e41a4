import Glibc
import System

/// A file that takes its name only when it is whole. It has no name before, where the file system allows
/// that: then even the death of the process leaves nothing behind.
final class StagedFile {
  /// What failed, and why.
  struct Failure: Error {
    let code: Int32
    let reason: String

    init(_ what: String, _ error: SystemError = SystemError()) {
      code = error.code
      reason = "\(what): \(error)"
    }
  }

  /// Linux's, which the module Glibc does not show: a file without a name.
  private static let unnamed = 0o20_000_000 | O_DIRECTORY

  private let folder: String
  private let descriptor: Int32
  /// While it has a name of its own.
  private var temporaryPath: String?

  /// - Parameters:
  ///   - folder: where it is to be; it must exist.
  ///   - mayBeUnnamed: false for tests of file systems where every file has a name.
  init(folder: String, mayBeUnnamed: Bool = true) throws(Failure) {
    self.folder = folder
    let unnamed = mayBeUnnamed ? open(folder, Self.unnamed | O_RDWR | O_CLOEXEC, 0o644) : -1
    if unnamed >= 0 {
      descriptor = unnamed
      return
    }
    guard !mayBeUnnamed || [EOPNOTSUPP, EISDIR, ENOENT, EINVAL].contains(errno) else {
      throw Failure("cannot create a file in \(folder)")
    }
    let temporaryPath = Self.temporaryPath(in: folder)
    descriptor = open(temporaryPath, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw Failure("cannot create \(temporaryPath)") }
    self.temporaryPath = temporaryPath
  }

  deinit {
    close(descriptor)
    if let temporaryPath { unlink(temporaryPath) }
  }

  private static func temporaryPath(in folder: String) -> String {
    folder + "/download.part-" + String(UInt64.random(in: 0...UInt64.max), radix: 36)
  }

  /// The folder that a file with that path is in.
  static func folder(of path: String) -> String {
    let slash = path.lastIndex(of: "/")
    return slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
  }

  /// Gives the file this length, without using disk space yet.
  func extend(to length: Int) throws(Failure) {
    guard ftruncate(descriptor, off_t(length)) == 0 else {
      throw Failure("cannot make a file in \(folder) \(length) bytes long")
    }
  }

  /// Takes the room for a part of it: a full disk shows at once.
  func allocate(_ range: Range<Int>) throws(Failure) {
    guard !range.isEmpty else { return }
    let code = posix_fallocate(descriptor, off_t(range.lowerBound), off_t(range.count))
    guard code == 0 else { throw Failure("cannot take \(range.count) bytes in \(folder)", SystemError(code)) }
  }

  /// Where the file can be opened before it has its name.
  var currentPath: String { "/proc/self/fd/\(descriptor)" }

  /// - Returns: as many bytes as there are, up to the buffer's size.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(Failure) -> Int {
    do throws(SystemError) {
      return try Descriptor.read(descriptor, into: buffer, at: offset)
    } catch {
      throw Failure("cannot read a file in \(folder)", error)
    }
  }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(Failure) {
    do throws(SystemError) {
      try Descriptor.write(descriptor, bytes, at: offset)
    } catch {
      throw Failure("cannot write to a file in \(folder)", error)
    }
  }

  /// Gives the file a name in its folder, in one step.
  func commit(to path: String) throws(Failure) {
    let source: String
    if let temporaryPath {
      source = temporaryPath
    } else {
      source = Self.temporaryPath(in: folder)
      guard linkat(AT_FDCWD, "/proc/self/fd/\(descriptor)", AT_FDCWD, source, AT_SYMLINK_FOLLOW) == 0 else {
        throw Failure("cannot name \(source)")
      }
      temporaryPath = source
    }
    guard rename(source, path) == 0 else { throw Failure("cannot rename \(source) to \(path)") }
    temporaryPath = nil
  }
}
