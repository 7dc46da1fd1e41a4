/// The values of variable length (specification III.E "Global Heap"). Headers, also, take a multiple of 8 bytes,
/// which the specification does not say. Remembers where the values of the collections lie that it has met.
struct GlobalHeap {
  private let space: AddressSpace
  private var collections: [Int: [Int: Bytes]] = [:]
  /// No value belongs to two elements, so that all together are no longer than the file.
  private var budget: ReadBudget
  private var headers: ReadBudget

  init(_ space: AddressSpace) {
    self.space = space
    budget = space.budget
    headers = space.budget
  }

  /// The value that an element of a type of variable length refers to.
  /// - Parameter elementSize: how many bytes an element of a sequence takes.
  mutating func value(_ reference: Bytes, elementSize: Int = 1) throws(Problem) -> Bytes {
    var cursor = space.cursor(reference)
    let count = try cursor.integer32()
    let address = try cursor.address()
    let index = try cursor.integer32()
    guard count > 0, let address, address != 0 else { return try reference.part(0, 0) }
    if collections[address] == nil { collections[address] = try collection(at: address) }
    guard let value = collections[address]?[index] else {
      throw Problem("it has no value \(index) in the global heap at \(address)")
    }
    guard let size = [count, elementSize].checkedProduct, size <= value.count else {
      throw Problem("its value in the global heap at \(address) is too short")
    }
    try budget.spend(size)
    return try value.part(0, size)
  }

  private mutating func collection(at address: Int) throws(Problem) -> [Int: Bytes] {
    var cursor = try space.cursor(at: address)
    try cursor.signature("GCOL")
    _ = try cursor.version(1...1, of: "global heap")
    try cursor.skip(3)
    let size = try cursor.length()
    try headers.spend(size)
    cursor = try space.cursor(at: address, size: size)
    try cursor.skip(8 + space.lengthSize)
    try cursor.align()
    var values: [Int: Bytes] = [:]
    // Index 0 is the free space at the end; less than an object's header is free space, too.
    while cursor.remaining >= 8 + space.lengthSize {
      let index = try cursor.integer16()
      if index == 0 { break }
      try cursor.skip(6)
      let size = try cursor.length()
      try cursor.align()
      values[index] = try cursor.bytes(size)
      try cursor.skip(min((8 - cursor.position % 8) % 8, cursor.remaining))
    }
    return values
  }
}
