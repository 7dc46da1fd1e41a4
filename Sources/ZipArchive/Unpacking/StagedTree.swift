import Glibc
import System

/// A tree while it is written. Every path is walked from the tree's top, part by part and following no link, so
/// that nothing can be written elsewhere.
final class StagedTree {
  private let archivePath: String
  private let top: Int32
  /// The folder that was written to last, kept open: entries come folder by folder.
  private var current: (path: EntryPath, descriptor: Int32)?

  /// - Parameter top: the tree's folder, open; closed at the end.
  init(top: Int32, archivePath: String) {
    self.top = top
    self.archivePath = archivePath
  }

  deinit {
    if let current { close(current.descriptor) }
    close(top)
  }

  func makeDirectory(_ path: EntryPath) throws(ZipError) {
    let parent = try open(path.parent)
    guard mkdirat(parent, cString(path.parts.last ?? []), 0o755) == 0 else { throw failure(path) }
  }

  func makeLink(_ path: EntryPath, target: [UInt8]) throws(ZipError) {
    let parent = try open(path.parent)
    guard symlinkat(cString(target), parent, cString(path.parts.last ?? [])) == 0 else { throw failure(path) }
  }

  /// Makes a file. `body` gets a function that appends to it.
  func makeFile(
    _ path: EntryPath, isExecutable: Bool,
    _ body: ((UnsafeRawBufferPointer) throws(ZipError) -> Void) throws(ZipError) -> Void
  ) throws(ZipError) {
    let parent = try open(path.parent)
    let file = openat(
      parent, cString(path.parts.last ?? []), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw failure(path) }
    do throws(ZipError) {
      try body { piece throws(ZipError) in try append(piece, to: file, path) }
      guard fchmod(file, isExecutable ? 0o755 : 0o644) == 0 else { throw failure(path) }
    } catch {
      close(file)
      throw error
    }
    // Network file systems tell only now that they are full.
    guard close(file) == 0 else { throw failure(path) }
  }

  private func append(_ bytes: UnsafeRawBufferPointer, to file: Int32, _ path: EntryPath) throws(ZipError) {
    do throws(SystemError) {
      try Descriptor.write(file, bytes)
    } catch {
      throw failure(path, error)
    }
  }

  private func open(_ path: EntryPath) throws(ZipError) -> Int32 {
    if path.parts.isEmpty { return top }
    if let current {
      if current.path == path { return current.descriptor }
      close(current.descriptor)
      self.current = nil
    }
    var folder = top
    for part in path.parts {
      let next = openat(folder, cString(part), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      let error = next < 0 ? failure(path) : nil
      if folder != top { close(folder) }
      if let error { throw error }
      folder = next
    }
    current = (path, folder)
    return folder
  }

  /// - Parameter error: by default that of the system call that has just failed.
  private func failure(_ path: EntryPath, _ error: SystemError = SystemError()) -> ZipError {
    let isFull = error.code == ENOSPC || error.code == EDQUOT
    return ZipError(
      path: archivePath, entry: path.text,
      reason: isFull
        ? "the disk is full; free some space or raise the function's ephemeral storage"
        : "it cannot be written: \(error)")
  }
}
