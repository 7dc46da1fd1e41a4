import Synchronization

/// Links, attributes and shared messages of newer objects (specification III.G "Fractal Heap").
final class FractalHeap: Sendable {
  private let space: AddressSpace
  private let header: FractalHeapHeader
  /// Direct blocks that were checked and, if necessary, decompressed, by their offsets in the heap.
  private let blocks = Mutex<[Int: Bytes]>([:])

  init(_ space: AddressSpace, at address: Int) throws(FormatError) {
    self.space = space
    header = try FractalHeapHeader(space, at: address)
  }

  /// How much all objects that are not listed twice can be, read one after the other.
  var budget: ReadBudget {
    // Compression with deflate makes at most 1032 bytes of one.
    ReadBudget(remaining: space.bytes.count * (header.pipeline == nil ? 1 : 1032))
  }

  /// The object of an identifier.
  func object(_ id: Bytes) throws(FormatError) -> Bytes {
    var cursor = space.cursor(id)
    let first = try cursor.integer8()
    guard first >> 6 == 0 else { throw FormatError("its heap has objects of an unknown version") }
    switch first >> 4 & 3 {
    case 0:
      let offset = try cursor.integer(size: header.offsetSize)
      return try managed(offset, try cursor.integer(size: header.lengthSize))
    case 1: return try huge(&cursor)
    case 2: return try tiny(first & 15, &cursor)
    default: throw FormatError("its heap has an object of an unknown kind")
    }
  }

  // MARK: Managed objects

  private func managed(_ offset: Int, _ length: Int) throws(FormatError) -> Bytes {
    guard let root = header.rootAddress else { throw FormatError("its heap is empty") }
    var child = FractalHeapIndirectBlock.Child(
      address: root, offset: 0, size: header.table.startSize, storedSize: header.filteredRootSize,
      filterMask: header.filteredRootMask)
    var rows = header.rootRows
    // Each level has fewer rows than the one above.
    while rows > 0 {
      let block = try FractalHeapIndirectBlock(space, header, child, rows: rows)
      child = try block.child(holding: offset)
      let next = child.rows
      guard next < rows else { throw FormatError("its heap has blocks that hold larger ones") }
      rows = next
    }
    return try directBlock(child).part(offset - child.offset, length)
  }

  private func directBlock(_ child: FractalHeapIndirectBlock.Child) throws(FormatError) -> Bytes {
    if let block = blocks.withLock({ $0[child.offset] }) { return block }
    var block: Bytes
    if let pipeline = header.pipeline {
      let stored = try space.bytes.part(child.address, child.storedSize)
      block = try decode(stored, pipeline, mask: child.filterMask, size: child.size)
    } else {
      block = try space.bytes.part(child.address, child.size)
    }
    var cursor = space.cursor(block)
    try cursor.signature("FHDB")
    _ = try cursor.version(0...0, of: "heap block")
    try cursor.skip(space.addressSize)
    guard try cursor.integer(size: header.offsetSize) == child.offset else {
      throw FormatError("its heap has a block in the wrong place")
    }
    if header.hasChecksums { try cursor.checksumWithin() }
    blocks.withLock { $0[child.offset] = block }
    return block
  }

  // MARK: Other objects

  /// An object that is too large for a block has a place of its own in the file.
  private func huge(_ cursor: inout Cursor) throws(FormatError) -> Bytes {
    let isFiltered = header.pipeline != nil
    let directSize = space.addressSize + space.lengthSize + (isFiltered ? 4 + space.lengthSize : 0)
    var place = cursor
    if header.idSize - 1 < directSize {
      // The identifier is but a key.
      guard let address = header.hugeTreeAddress else { throw FormatError("its heap has no large objects") }
      let key = try cursor.integer(size: min(8, cursor.remaining))
      let tree = try BTreeV2(space, at: address, types: [isFiltered ? .filteredHugeObject : .hugeObject])
      let record = try tree.find { record throws(FormatError) in
        var record = record
        try record.skip(directSize)
        let other = try record.length()
        return other < key ? -1 : other == key ? 0 : 1
      }
      guard let record else { throw FormatError("its heap has no large object \(key)") }
      place = record
    }
    let address = try place.definedAddress()
    let stored = try space.bytes.part(address, place.length())
    guard let pipeline = header.pipeline else { return stored }
    let mask = try place.uint32()
    return try decode(stored, pipeline, mask: mask, size: place.length())
  }

  /// Links and attributes are short: a few compressed bytes must not become more than memory holds.
  private func decode(_ stored: Bytes, _ pipeline: FilterPipeline, mask: UInt32, size: Int)
    throws(FormatError)
    -> Bytes
  {
    guard size <= 64 << 20 else {
      throw FormatError("its heap has a compressed part of \(size) bytes, which is not read")
    }
    return try pipeline.decode(stored, mask: mask, size: size, needed: size)
  }

  /// An object that is small enough lies in its own identifier.
  private func tiny(_ low: Int, _ cursor: inout Cursor) throws(FormatError) -> Bytes {
    let length = header.idSize - 1 > 16 ? try low << 8 | cursor.integer8() : low
    return try cursor.bytes(length + 1)
  }
}

/// The heaps of a file that were met: what is checked once need not be checked for each name that is sought.
final class FractalHeapCache: Sendable {
  private let heaps = Mutex<[Int: FractalHeap]>([:])

  func heap(_ space: AddressSpace, at address: Int) throws(FormatError) -> FractalHeap {
    if let heap = heaps.withLock({ $0[address] }) { return heap }
    let heap = try FractalHeap(space, at: address)
    heaps.withLock { $0[address] = heap }
    return heap
  }
}
