import CZlib
import System

/// Reads entries' data through buffers of fixed size: no entry is ever in memory as a whole.
final class EntryReader {
  private static let bufferSize = 128 << 10

  private let file: ArchiveFile
  private let input = UnsafeMutableRawBufferPointer.allocate(byteCount: bufferSize, alignment: 64)
  private let output = UnsafeMutableRawBufferPointer.allocate(byteCount: bufferSize, alignment: 64)

  init(_ file: ArchiveFile) { self.file = file }

  deinit {
    input.deallocate()
    output.deallocate()
  }

  /// Hands an entry's data to `sink` in pieces, never more than its size; throws at their end when the
  /// checksum or the size is not the central directory's.
  func read(
    _ entry: ZipArchive.Entry, _ sink: (UnsafeRawBufferPointer) throws(ZipError) -> Void
  ) throws(ZipError) {
    try entry.requireReadable(file.path)
    let start = try LocalHeader.check(entry, in: file)
    file.request(at: start, count: entry.compressedSize)
    var checksum: UInt = 0
    var count = 0
    func take(_ piece: UnsafeRawBufferPointer) throws(ZipError) {
      guard piece.count <= entry.size - count else { throw fail(entry, "it is larger than it should be") }
      count += piece.count
      checksum = crc32_z(checksum, piece.assumingMemoryBound(to: UInt8.self).baseAddress, piece.count)
      try sink(piece)
    }
    if entry.method == .stored {
      try forEachPiece(start, entry.compressedSize, take)
    } else {
      try inflate(entry, start, take)
    }
    guard count == entry.size else { throw fail(entry, "it is smaller than it should be") }
    guard checksum == UInt(entry.crc32) || Checksums.areIgnored else {
      throw fail(entry, "its checksum is wrong: it is damaged")
    }
  }

  private func forEachPiece(
    _ start: Int, _ length: Int, _ body: (UnsafeRawBufferPointer) throws(ZipError) -> Void
  ) throws(ZipError) {
    var done = 0
    while done < length {
      let piece = UnsafeMutableRawBufferPointer(rebasing: input.prefix(length - done))
      try file.read(into: piece, at: start + done)
      done += piece.count
      try body(UnsafeRawBufferPointer(piece))
    }
  }

  private func inflate(
    _ entry: ZipArchive.Entry, _ start: Int, _ take: (UnsafeRawBufferPointer) throws(ZipError) -> Void
  ) throws(ZipError) {
    guard let inflater = Inflater() else { throw fail(entry, "there is no memory to inflate it") }
    var status = Inflater.Status.running
    try forEachPiece(start, entry.compressedSize) { piece throws(ZipError) in
      var rest = piece
      var mayHoldMore = true
      while status == .running, !rest.isEmpty || mayHoldMore {
        let count: Int
        (count, status) = inflater.inflate(&rest, into: output)
        if case .failed(let reason) = status { throw fail(entry, reason) }
        try take(UnsafeRawBufferPointer(rebasing: output.prefix(count)))
        mayHoldMore = count == output.count
      }
      guard rest.isEmpty else { throw fail(entry, "something follows its deflated data") }
    }
    guard status == .finished else { throw fail(entry, "its deflated data ends too early") }
  }

  private func fail(_ entry: ZipArchive.Entry, _ reason: String) -> ZipError {
    ZipError(path: file.path, entry: entry.name, reason: reason)
  }
}
