import Foundation
import System
import TestSupport
import Testing

struct FileTests {
  @Test func readsAnywhere() throws {
    let scratch = try Scratch()
    let path = scratch.path("file")
    let bytes = pattern(300_000)
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let file = try ReadableFile(path: path)
    #expect(file.kind == .file && file.size == bytes.count)
    for (offset, count) in [(0, 300_000), (0, 0), (1, 4097), (299_999, 1)] {
      #expect(try file.read(at: offset, count: count) == Array(bytes[offset..<offset + count]))
    }
    // Where the file ends before.
    #expect(try file.read(at: 299_990, count: 100) == Array(bytes.suffix(10)))
    #expect(try file.read(at: 400_000, count: 100) == [])
    // It stays readable when another takes its name.
    try Data("other".utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    #expect(try file.read(at: 0, count: 5) == Array(bytes.prefix(5)))
    #expect(try ReadableFile(path: path).read(at: 0, count: 100) == Array("other".utf8))
  }

  /// The kernel's own files have no size.
  @Test func readsWhatHasNoSize() throws {
    let file = try ReadableFile(path: "/proc/sys/kernel/random/boot_id")
    #expect(file.size == 0)
    #expect(
      UUID(uuidString: String(decoding: try file.read(at: 0, count: 64).dropLast(), as: UTF8.self)) != nil)
  }

  @Test func whatCannotBeRead() throws {
    let scratch = try Scratch()
    #expect(throws: SystemError(ENOENT)) { try ReadableFile(path: scratch.path("none")) }
    #expect(throws: SystemError(ENOTDIR)) { try ReadableFile(path: "/dev/null/x") }
    let folder = try ReadableFile(path: scratch.directory)
    #expect(folder.kind == .folder)
    #expect(throws: SystemError(EISDIR)) { try folder.read(at: 0, count: 1) }
    #expect(try ReadableFile(path: "/dev/null").kind == .other)
  }

  /// More than a pipe takes at once.
  @Test func writesAll() throws {
    let bytes = pattern(3_000_000)
    let pipe = Pipe()
    let descriptor = pipe.fileHandleForWriting.fileDescriptor
    let failure = Deferred<SystemError?> {
      defer { try? pipe.fileHandleForWriting.close() }
      return bytes.withUnsafeBytes { bytes in
        do throws(SystemError) {
          try Descriptor.write(descriptor, bytes)
          return nil
        } catch {
          return error
        }
      }
    }
    #expect(try pipe.fileHandleForReading.readToEnd() == Data(bytes))
    #expect(failure.get() == nil)
  }

  @Test func writesInPlace() throws {
    let scratch = try Scratch()
    let path = scratch.path("file")
    try Data("abcdef".utf8).write(to: URL(fileURLWithPath: path))
    let descriptor = open(path, O_RDWR)
    defer { close(descriptor) }
    try Array("XY".utf8).withUnsafeBytes { try Descriptor.write(descriptor, $0, at: 2) }
    try Array("Z".utf8).withUnsafeBytes { try Descriptor.write(descriptor, $0) }
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "ZbXYef")
    let full = open("/dev/full", O_WRONLY)
    defer { close(full) }
    #expect(throws: SystemError(ENOSPC)) {
      try Array("x".utf8).withUnsafeBytes { try Descriptor.write(full, $0) }
    }
  }
}
