/// Where the root group is and how wide addresses and lengths are (specification II.A "Format Signature and
/// Superblock"; versions 0 to 3).
struct Superblock: Sendable {
  let space: AddressSpace
  /// The address of the root group's object header.
  let rootAddress: Int
  /// The address of an object header that holds messages about the whole file.
  let extensionAddress: Int?
  let globalHeap: GlobalHeapCollections
  private let heaps = FractalHeapCache()

  /// Finds the superblock: at 0, or after a user block of 512, 1024, 2048, ... bytes.
  init(_ file: Bytes) throws(FormatError) {
    var start = 0
    while try !Superblock.hasSignature(file, at: start) {
      start = start == 0 ? 512 : start * 2
      guard start < file.count else {
        throw FormatError("it is not an HDF5 file: the signature is missing")
      }
    }
    // Addresses count from the superblock, also where a user block was put in front of a complete file
    // and the base address in the superblock is therefore an old one.
    let bytes = try file.from(start)
    var cursor = Cursor(bytes, addressSize: 8, lengthSize: 8)
    try cursor.skip(8)
    let version = try cursor.version(0...3, of: "superblock")
    if version < 2 {
      try cursor.skip(4)
      cursor = try Superblock.sized(cursor, bytes)
      try cursor.skip(1 + 4 + 4 + (version == 1 ? 4 : 0))
    } else {
      cursor = try Superblock.sized(cursor, bytes)
      // Version 3 says whether a writer is at work or died at it.
      if try cursor.uint8() & 1 != 0, version == 3 {
        throw FormatError(
          "a program is still writing it or did not close it: close it, or repair it with h5clear -s")
      }
    }
    space = AddressSpace(bytes: bytes, addressSize: cursor.addressSize, lengthSize: cursor.lengthSize)
    globalHeap = GlobalHeapCollections(space)

    let baseAddress = try cursor.address() ?? 0
    if version < 2 {
      _ = try cursor.address()  // Free space
      let end = try cursor.address()
      let driver = try cursor.address()
      guard driver == nil else { throw FormatError("it is one of several files that form a whole") }
      extensionAddress = nil
      rootAddress = try SymbolTableEntry(cursor).headerAddress
      try Superblock.checkLength(bytes, end: end, baseAddress: baseAddress)
    } else {
      extensionAddress = try cursor.address()
      let end = try cursor.address()
      rootAddress = try cursor.definedAddress()
      try cursor.checksum()
      try Superblock.checkLength(bytes, end: end, baseAddress: baseAddress)
      if let extensionAddress { try Superblock.checkCache(space, extensionAddress) }
    }
  }

  /// Refuses files in which a newer state of groups and headers lies in an image of the writer's cache (specification
  /// IV.A.2 "The Metadata Cache Image Message"): what is in their own places may be old or empty.
  private static func checkCache(_ space: AddressSpace, _ extensionAddress: Int) throws(FormatError) {
    for message in try ObjectHeader(space, at: extensionAddress).all(.cacheImage) {
      var cursor = space.cursor(message.content)
      _ = try cursor.version(0...0, of: "metadata cache image")
      guard try cursor.address() == nil else {
        throw FormatError("it holds a metadata cache image, which is not read: copy it with h5repack")
      }
    }
  }

  /// The fractal heap at an address.
  func heap(at address: Int) throws(FormatError) -> FractalHeap { try heaps.heap(space, at: address) }

  private static func hasSignature(_ file: Bytes, at start: Int) throws(FormatError) -> Bool {
    guard start <= file.count - 8 else { return false }
    return try file.number(at: start, size: 8) == 0x0A1A_0A0D_4644_4889
  }

  /// Reads the widths of addresses and lengths, which all that follows needs.
  private static func sized(_ cursor: Cursor, _ bytes: Bytes) throws(FormatError) -> Cursor {
    var cursor = cursor
    let addressSize = try cursor.integer8()
    let lengthSize = try cursor.integer8()
    guard [2, 4, 8].contains(addressSize), [2, 4, 8].contains(lengthSize) else {
      throw FormatError("it has addresses of \(addressSize) bytes and lengths of \(lengthSize)")
    }
    var sized = Cursor(bytes, addressSize: addressSize, lengthSize: lengthSize)
    try sized.skip(cursor.position)
    return sized
  }

  /// - Parameter end: the end of the file, counted as the base address is.
  private static func checkLength(_ bytes: Bytes, end: Int?, baseAddress: Int) throws(FormatError) {
    guard let end else { return }
    let length = end - baseAddress
    guard length <= bytes.count else {
      throw FormatError("it is truncated: \(bytes.count) bytes of \(length) are there; copy it again")
    }
  }
}
