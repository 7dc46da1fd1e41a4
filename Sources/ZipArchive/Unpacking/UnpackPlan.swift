import Glibc

/// All that an archive unpacks to, checked as a whole before the first byte is written.
struct UnpackPlan {
  /// Parents before children.
  private(set) var directories: [EntryPath] = []
  private(set) var files: [(path: EntryPath, entry: ZipArchive.Entry, isExecutable: Bool)] = []
  private(set) var links: [(path: EntryPath, entry: ZipArchive.Entry, target: [UInt8])] = []
  /// Bytes of all files.
  private(set) var totalSize = 0

  private enum Kind { case directory, file, link }
  private var kinds: [EntryPath: Kind] = [.root: .directory]
  private let archive: ZipArchive
  private let limits: UnpackLimits

  init(_ archive: ZipArchive, _ limits: UnpackLimits, reservedName: String) throws(ZipError) {
    self.archive = archive
    self.limits = limits
    for entry in archive.entries { try add(entry) }
    if kinds[EntryPath(parts: [Array(reservedName.utf8)])] != nil {
      throw ZipError(path: archive.path, entry: reservedName, reason: "this name is Thimble's own")
    }
    try requireRatio(totalSize, archive.file.size, entry: nil)
    let targets = Dictionary(links.map { ($0.path, $0.target) }) { first, _ in first }
    for link in links {
      if let reason = LinkResolver(targets).refusal(of: link.path) { throw fail(link.entry, reason) }
    }
  }

  /// What it takes on a disk with blocks of `block` bytes, in bytes.
  func space(block: Int) -> Int {
    var blocks = 1 + directories.count + links.count
    for file in files { blocks += file.entry.size / block + 1 }
    let (bytes, overflow) = blocks.multipliedReportingOverflow(by: block)
    return overflow ? Int.max : bytes
  }

  private mutating func add(_ entry: ZipArchive.Entry) throws(ZipError) {
    let path: EntryPath
    do { path = try EntryPath(name: entry.name) } catch { throw fail(entry, error.reason) }
    switch entry.fileType {
    case .directory:
      guard entry.size == 0 else { throw fail(entry, "it is a folder with data of its own") }
      try addDirectory(path, entry)
    case .file(let isExecutable):
      try addLeaf(path, .file, entry)
      try entry.requireReadable(archive.path)
      try requireRatio(entry.size, entry.compressedSize, entry: entry)
      let (total, overflow) = totalSize.addingReportingOverflow(entry.size)
      guard !overflow, total <= limits.totalSize else {
        throw ZipError(path: archive.path, reason: "it unpacks to more than \(limits.totalSize) bytes")
      }
      totalSize = total
      files.append((path, entry, isExecutable))
    case .symbolicLink:
      try addLeaf(path, .link, entry)
      guard links.count < limits.links else {
        throw ZipError(path: archive.path, reason: "it has more than \(limits.links) symbolic links")
      }
      // Linux allows 4095 bytes.
      links.append((path, entry, try archive.contents(of: entry, limit: 4095)))
    case .refused(let reason): throw fail(entry, reason)
    }
  }

  private mutating func addLeaf(_ path: EntryPath, _ kind: Kind, _ entry: ZipArchive.Entry) throws(ZipError) {
    try addDirectory(path.parent, entry)
    guard kinds.updateValue(kind, forKey: path) == nil else {
      throw fail(entry, "there is another entry of this name")
    }
    try requireCount()
  }

  private mutating func addDirectory(_ path: EntryPath, _ entry: ZipArchive.Entry) throws(ZipError) {
    // Upwards to the first that is known: the folders above it are known as well.
    var missing: [EntryPath] = []
    var folder = path
    while kinds[folder] != .directory {
      guard kinds[folder] == nil else {
        throw fail(entry, "\(quoted(folder.text)) is a folder here and a file elsewhere")
      }
      missing.append(folder)
      folder = folder.parent
    }
    for folder in missing.reversed() {
      kinds[folder] = .directory
      directories.append(folder)
      try requireCount()
    }
  }

  private func requireCount() throws(ZipError) {
    guard kinds.count - 1 <= limits.count else {
      throw ZipError(path: archive.path, reason: "it has more than \(limits.count) files and folders")
    }
  }

  private func requireRatio(_ size: Int, _ compressedSize: Int, entry: ZipArchive.Entry?) throws(ZipError) {
    guard size > limits.smallSize else { return }
    let (most, overflow) = compressedSize.multipliedReportingOverflow(by: limits.ratio)
    guard overflow || size <= most else {
      throw ZipError(
        path: archive.path, entry: entry?.name,
        reason:
          "\(compressedSize) bytes unpack to \(size): more than \(limits.ratio) times as much is refused")
    }
  }

  private func fail(_ entry: ZipArchive.Entry, _ reason: String) -> ZipError {
    ZipError(path: archive.path, entry: entry.name, reason: reason)
  }
}
