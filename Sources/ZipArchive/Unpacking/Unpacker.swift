/// Unpacks archives so that a tree is there whole or not at all.
///
/// All entries are checked before the first is written: names that leave the folder, collide or are read
/// differently by other systems, links that lead out, devices and bombs are refused. The tree is written
/// beside the folder and renamed; what a killed process left is removed by the next.
public struct Unpacker: Sendable {
  public enum Outcome: Sendable, Equatable {
    case unpacked
    /// The same archive had been unpacked there before.
    case reused
  }

  public var limits: UnpackLimits

  public init(limits: UnpackLimits = UnpackLimits()) { self.limits = limits }

  /// Unpacks all entries to `directory`, which may hold an earlier tree or nothing; the folders around it are
  /// made when missing. Of modes only the run bit is kept.
  /// - Throws: ``ZipError``; then `directory` is as it was, and nothing is left beside it.
  @discardableResult
  public func unpack(_ archive: ZipArchive, to directory: String) throws(ZipError) -> Outcome {
    let destination = try Destination(directory, archivePath: archive.path)
    let stamp = Stamp(archive)
    if destination.holds(stamp), !destination.hasLeftovers { return .reused }
    let plan = try UnpackPlan(archive, limits, reservedName: Destination.stampName)
    // Of two processes one unpacks, and the other finds it done.
    return try destination.withLock { () throws(ZipError) in
      try destination.removeLeftovers()
      if destination.holds(stamp) { return .reused }
      try destination.requireReplaceable()
      try destination.requireSpace(for: plan)
      do throws(ZipError) {
        try write(plan, stamp, archive, to: destination.stage())
        try destination.publish()
      } catch {
        try? destination.removeLeftovers()
        throw error
      }
      return .unpacked
    }
  }

  private func write(_ plan: UnpackPlan, _ stamp: Stamp, _ archive: ZipArchive, to tree: StagedTree)
    throws(ZipError)
  {
    for path in plan.directories { try tree.makeDirectory(path) }
    let reader = EntryReader(archive.file)
    for (path, entry, isExecutable) in plan.files {
      try tree.makeFile(path, isExecutable: isExecutable) { append throws(ZipError) in
        try reader.read(entry, append)
      }
    }
    // Last, so that there is no link while anything is written.
    for (path, _, target) in plan.links { try tree.makeLink(path, target: target) }
    try tree.makeFile(EntryPath(parts: [Array(Destination.stampName.utf8)]), isExecutable: false) {
      append throws(ZipError) in
      try stamp.text.withUnsafeBufferPointer { bytes throws(ZipError) in
        try append(UnsafeRawBufferPointer(bytes))
      }
    }
  }
}
