import Foundation
import TestSupport
import Testing

@testable import ZipArchive

@Suite(.enabled(if: ZipCases.exist, "\(Fixtures.hint)"))
struct UnpackerTests {
  let folder: Scratch

  init() throws { folder = try Scratch() }

  private func archive(_ name: String) throws -> ZipArchive {
    try ZipArchive(path: ZipCases.directory + "/good/\(name).zip")
  }

  @Test func `trees are those that Python makes`() throws {
    for (name, good) in try ZipCases.good() where good.isUnpacked {
      let tree = folder.path(name)
      #expect(try Unpacker().unpack(archive(name), to: tree) == .unpacked)
      #expect(try listing(tree) == listing(ZipCases.directory + "/trees/\(name)"), "\(name)")
    }
    #expect(names(at: folder.directory).allSatisfy { !$0.hasPrefix(".") })
  }

  @Test func `hostile and broken archives are refused with their reason, and nothing is left`() throws {
    let cases = try ZipCases.bad()
    #expect(cases.count > 90)
    var unpacker = Unpacker()
    unpacker.limits.count = 1100
    for (name, reasons) in cases {
      let path = ZipCases.directory + "/bad/\(name).zip"
      do {
        try unpacker.unpack(ZipArchive(path: path), to: folder.path(name + "/tree"))
        Issue.record("\(name) was unpacked")
      } catch {
        let isTold = reasons.split(separator: "|").contains { error.description.contains($0) }
        #expect(isTold, "\(name): \(error)")
        #expect(error.path == path)
      }
      #expect(names(at: folder.path(name)) == [], "\(name)")
    }
  }

  @Test func `a complete tree is used again, another archive's is replaced`() throws {
    let tree = folder.path("tree")
    #expect(try Unpacker().unpack(archive("modes"), to: tree) == .unpacked)
    let mark = tree + "/mark"
    try Data().write(to: URL(fileURLWithPath: mark))
    #expect(try Unpacker().unpack(archive("modes"), to: tree + "/") == .reused)
    #expect(FileManager.default.fileExists(atPath: mark))
    #expect(try Unpacker().unpack(archive("utf8"), to: tree) == .unpacked)
    #expect(try listing(tree) == listing(ZipCases.directory + "/trees/utf8"))
    #expect(names(at: folder.directory) == ["tree"])
  }

  @Test func `a tree from before the last boot is not trusted`() throws {
    let tree = folder.path("tree")
    try Unpacker().unpack(archive("modes"), to: tree)
    let stamp = tree + "/" + Destination.stampName
    try Data("\(archive("modes").digest) another-boot\n".utf8).write(to: URL(fileURLWithPath: stamp))
    #expect(try Unpacker().unpack(archive("modes"), to: tree) == .unpacked)
  }

  @Test func `leftovers of killed processes are removed`() throws {
    let tree = folder.path("tree")
    for leftover in [".tree.part", ".tree.old"] {
      try FileManager.default.createDirectory(
        atPath: folder.path(leftover) + "/a/b", withIntermediateDirectories: true)
      try FileManager.default.createSymbolicLink(
        atPath: folder.path(leftover) + "/a/link", withDestinationPath: "/tmp")
    }
    try Data().write(to: URL(fileURLWithPath: folder.path(".tree.lock")))
    #expect(try Unpacker().unpack(archive("modes"), to: tree) == .unpacked)
    #expect(names(at: folder.directory) == ["tree"])
    try Data().write(to: URL(fileURLWithPath: folder.path(".tree.old")))
    #expect(try Unpacker().unpack(archive("modes"), to: tree) == .reused)
    #expect(names(at: folder.directory) == ["tree"])
  }

  @Test func `a folder that came from elsewhere is not replaced, an empty one is`() throws {
    let tree = folder.path("tree")
    try FileManager.default.createDirectory(atPath: tree, withIntermediateDirectories: true)
    #expect(try Unpacker().unpack(archive("modes"), to: tree) == .unpacked)
    for make in [
      { try FileManager.default.createDirectory(atPath: tree + "/own", withIntermediateDirectories: true) },
      { try Data().write(to: URL(fileURLWithPath: tree)) },
      { try FileManager.default.createSymbolicLink(atPath: tree, withDestinationPath: "/tmp") },
    ] as [() throws -> Void] {
      try FileManager.default.removeItem(atPath: tree)
      try make()
      let error = #expect(throws: ZipError.self) { try Unpacker().unpack(archive("utf8"), to: tree) }
      #expect(error?.reason.contains("was not unpacked from an archive") == true)
      #expect(names(at: folder.directory) == ["tree"])
    }
  }

  @Test func `limits are the caller's`() throws {
    let tree = folder.path("tree")
    var unpacker = Unpacker()
    unpacker.limits.totalSize = 1000
    let error = #expect(throws: ZipError.self) { try unpacker.unpack(archive("various"), to: tree) }
    #expect(error?.reason == "it unpacks to more than 1000 bytes")
    unpacker.limits = UnpackLimits()
    // Files and folders of the tree.
    unpacker.limits.count = try listing(ZipCases.directory + "/trees/various").count
    try unpacker.unpack(archive("various"), to: tree)
    unpacker.limits.count -= 1
    #expect(throws: ZipError.self) { try unpacker.unpack(archive("various"), to: tree + "2") }
  }

  @Test func `places that make no sense are refused`() throws {
    for place in ["", "/", ".", "..", "a/..", "a\0b", "/proc/nothing/tree", "/dev/null/tree"] {
      let error = #expect(throws: ZipError.self) { try Unpacker().unpack(archive("modes"), to: place) }
      #expect(error?.reason.contains("\"") == true, "\(place)")
    }
  }
}
