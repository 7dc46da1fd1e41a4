/// The file's bytes from its base address on, and how wide addresses and lengths are in it.
struct AddressSpace: Sendable {
  let bytes: Bytes
  let addressSize: Int
  let lengthSize: Int

  /// Reads a structure at an address; it may reach to the end of the file.
  func cursor(at address: Int) throws(FormatError) -> Cursor { cursor(try bytes.from(address)) }

  /// Reads a structure of a known size.
  func cursor(at address: Int, size: Int) throws(FormatError) -> Cursor {
    cursor(try bytes.part(address, size))
  }

  /// Reads a structure from bytes that were found before.
  func cursor(_ bytes: Bytes) -> Cursor {
    Cursor(bytes, addressSize: addressSize, lengthSize: lengthSize)
  }

  /// How much a walk over linked structures may read, for it to end whatever the links are.
  var budget: ReadBudget { ReadBudget(remaining: bytes.count) }
}

/// Ends a walk over linked structures. Each takes place in the file that no other takes, so that altogether
/// they cannot be larger than the file, unless links go round in circles or many lead to the same place.
struct ReadBudget {
  private(set) var remaining: Int

  init(remaining: Int) { self.remaining = remaining }

  /// Counts a structure of `size` bytes that is about to be read.
  mutating func spend(_ size: Int) throws(FormatError) {
    guard size <= remaining else { throw FormatError("its parts overlap or form a loop") }
    remaining -= size
  }
}
