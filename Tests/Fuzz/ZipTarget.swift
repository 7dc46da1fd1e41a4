@testable import ZipArchive

/// All entries of an archive, and what it would unpack to.
struct ZipTarget: FuzzTarget {
  private static let sizeLimit = 1 << 20

  private let file = InputFile()

  func run(_ input: UnsafeRawBufferPointer) {
    file.write(input)
    guard let archive = try? ZipArchive(path: file.path) else { return }
    for entry in archive.entries.prefix(100) {
      if let bytes = try? archive.contents(of: entry, limit: Self.sizeLimit) {
        expect(bytes.count == entry.size, "\(bytes.count) of \(entry.size) bytes")
      }
      if let range = try? archive.storedRange(of: entry) {
        expect(
          range.offset >= 0 && range.length >= 0 && range.length <= input.count - range.offset,
          "stored data lies outside the file")
      }
    }
    guard let plan = try? UnpackPlan(archive, UnpackLimits(), reservedName: Destination.stampName) else {
      return
    }
    for path in plan.directories + plan.files.map(\.path) + plan.links.map(\.path) {
      let isHarmless = path.parts.allSatisfy { part in
        !part.isEmpty && part != Array(".".utf8) && part != Array("..".utf8) && !part.contains(0)
          && !part.contains(UInt8(ascii: "/"))
      }
      expect(isHarmless, "a path leaves its folder")
    }
  }
}
