import Foundation
import TestSupport
import Testing

@testable import ZipArchive

/// Unpacking in processes that are killed, that meet each other, and that run out of disk.
@Suite(.enabled(if: ZipCases.exist, "\(Fixtures.hint)"))
struct ProcessTests {
  private static let archive = ZipCases.directory + "/slow.zip"
  private static let probe = Tool.products.appendingPathComponent("UnpackProbe").path
  let folder: Scratch
  let tree: String

  init() throws {
    folder = try Scratch()
    tree = folder.path("tree")
  }

  @Test func `a process killed in the middle leaves no half tree, and the next finishes`() throws {
    let expected = try expectedListing()
    let (part, mark) = (folder.path(".tree.part"), folder.path(".tree.part/mark"))
    let isThere = FileManager.default.fileExists(atPath:)
    let counts = [0, 1, 3, 7, 11, 15, 19, 19, 20, 20]
    var killedInTheMiddle = 0
    for attempt in 0..<200 where killedInTheMiddle < counts.count {
      let count = counts[attempt % counts.count]
      let child = try start(Self.probe, [Self.archive, tree])
      // Until it has got so far, with a tree of its own; it may be done before.
      while child.isRunning, !isThere(part) || isThere(mark) || names(at: part).count < count { usleep(200) }
      usleep(UInt32(count * 700))
      kill(child.processIdentifier, SIGKILL)
      child.waitUntilExit()
      if isThere(tree) {
        #expect(try listing(tree) == expected)
        try FileManager.default.removeItem(atPath: tree)
      } else if isThere(part) {
        killedInTheMiddle += 1
        #expect(child.terminationReason == .uncaughtSignal)
        #expect(FileManager.default.createFile(atPath: mark, contents: nil))
      }
    }
    #expect(killedInTheMiddle == counts.count)
    try Unpacker().unpack(ZipArchive(path: Self.archive), to: tree)
    #expect(try listing(tree) == expected)
    #expect(names(at: folder.directory) == ["tree"])
  }

  @Test func `of processes at the same time one unpacks, and all have the tree`() throws {
    let outputs = (0..<4).map { folder.path("output-\($0)") }
    let children = try outputs.map { try start(Self.probe, [Self.archive, tree], output: $0) }
    for child in children { child.waitUntilExit() }
    let results = try outputs.map { try String(contentsOfFile: $0, encoding: .utf8) }
    #expect(results.sorted() == ["reused\n", "reused\n", "reused\n", "unpacked\n"])
    #expect(try listing(tree) == expectedListing())
    #expect(names(at: folder.directory).filter { !$0.hasPrefix("output") } == ["tree"])
  }

  /// A file system of its own, in a name space of its own, needs no root where the system allows it.
  private static let canMount: Bool = {
    let child = try? start("/usr/bin/unshare", ["-Urm", "/bin/mount", "-t", "tmpfs", "tmpfs", "/mnt"])
    child?.waitUntilExit()
    return child?.terminationStatus == 0
  }()

  @Test(
    .enabled(if: canMount, "this system lets nobody but root mount a small tmpfs: full disks are not tested"),
    arguments: [
      // Too few blocks is known before; too few inodes only in the middle.
      ("size=4m", "it needs "), ("size=1g,nr_inodes=50", "the disk is full"),
    ])
  func `a full disk says so and is left empty`(options: String, reason: String) throws {
    let output = folder.path("output")
    try FileManager.default.createDirectory(atPath: folder.path("mount"), withIntermediateDirectories: true)
    let script = """
      mount -t tmpfs -o \(options) tmpfs "$3" || exit 9
      "$1" "$2" "$3/tree" && exit 8
      echo "left: $(ls -A "$3")"
      """
    let child = try start(
      "/usr/bin/unshare",
      ["-Urm", "/bin/sh", "-c", script, "sh", Self.probe, Self.archive, folder.path("mount")], output: output)
    child.waitUntilExit()
    let text = try String(contentsOfFile: output, encoding: .utf8)
    #expect(child.terminationStatus == 0)
    #expect(
      text.contains(reason) && text.contains("ephemeral storage") && text.hasSuffix("left: \n"), "\(text)")
  }

  private func expectedListing() throws -> [String] {
    let elsewhere = folder.path("output-expected")
    try Unpacker().unpack(ZipArchive(path: Self.archive), to: elsewhere)
    let expected = try listing(elsewhere)
    #expect(expected.count == 1520)
    try FileManager.default.removeItem(atPath: elsewhere)
    return expected
  }
}

private func start(_ executable: String, _ arguments: [String], output: String? = nil) throws -> Process {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: executable)
  process.arguments = arguments
  process.standardInput = FileHandle.nullDevice
  process.standardError = FileHandle.nullDevice
  process.standardOutput = FileHandle.nullDevice
  if let output {
    try Data().write(to: URL(fileURLWithPath: output))
    process.standardOutput = FileHandle(forWritingAtPath: output)
  }
  try process.run()
  return process
}
