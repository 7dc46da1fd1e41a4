import Synchronization

/// The values of variable length (specification III.E "Global Heap"). Headers, also, take a multiple of 8 bytes,
/// which the specification does not say.
struct GlobalHeap {
  private let space: AddressSpace
  private let collections: GlobalHeapCollections
  /// No value belongs to two elements, so that all together are no longer than the file.
  private var budget: ReadBudget

  init(_ file: Superblock) {
    space = file.space
    collections = file.globalHeap
    budget = space.budget
  }

  /// The value that an element of a type of variable length refers to.
  /// - Parameter elementSize: how many bytes an element of a sequence takes.
  mutating func value(_ reference: Bytes, elementSize: Int = 1) throws(FormatError) -> Bytes {
    var cursor = space.cursor(reference)
    let count = try cursor.integer32()
    let address = try cursor.address()
    let index = try cursor.integer32()
    guard count > 0, let address, address != 0 else { return try reference.part(0, 0) }
    guard let value = try collections.collection(at: address).object(index) else {
      throw FormatError("it has no value \(index) in the global heap at \(address)")
    }
    guard let size = [count, elementSize].checkedProduct, size <= value.count else {
      throw FormatError("its value in the global heap at \(address) is too short")
    }
    try budget.spend(size)
    return try value.part(0, size)
  }
}

/// The collections of a file that were met: many attributes have their values in the same one.
final class GlobalHeapCollections: Sendable {
  private struct State {
    var collections: [Int: GlobalHeapCollection] = [:]
    /// What collections may still take: they do not overlap.
    var budget: ReadBudget
  }

  private let space: AddressSpace
  private let state: Mutex<State>

  init(_ space: AddressSpace) {
    self.space = space
    state = Mutex(State(budget: space.budget))
  }

  func collection(at address: Int) throws(FormatError) -> GlobalHeapCollection {
    try state.withLock { state throws(FormatError) in
      if let collection = state.collections[address] { return collection }
      let collection = try GlobalHeapCollection(space, at: address, &state.budget)
      state.collections[address] = collection
      return collection
    }
  }
}

/// One block of values of variable length.
struct GlobalHeapCollection: Sendable {
  private let bytes: Bytes
  /// In the order of the indices.
  private let objects: [(index: Int, offset: Int, size: Int)]

  /// - Parameter budget: what all collections together may take.
  init(_ space: AddressSpace, at address: Int, _ budget: inout ReadBudget) throws(FormatError) {
    var cursor = try space.cursor(at: address)
    try cursor.signature("GCOL")
    _ = try cursor.version(1...1, of: "global heap")
    try cursor.skip(3)
    let size = try cursor.length()
    try budget.spend(size)
    bytes = try space.bytes.part(address, size)
    cursor = space.cursor(bytes)
    try cursor.skip(8 + space.lengthSize)
    try cursor.align()
    var objects: [(index: Int, offset: Int, size: Int)] = []
    // Index 0 is the free space at the end; less than an object's header is free space, too.
    while cursor.remaining >= 8 + space.lengthSize {
      let index = try cursor.integer16()
      if index == 0 { break }
      try cursor.skip(6)
      let size = try cursor.length()
      try cursor.align()
      objects.append((index, cursor.position, size))
      try cursor.skip(size)
      try cursor.skip(min((8 - cursor.position % 8) % 8, cursor.remaining))
    }
    // As a rule they are already.
    objects.sort { $0.index < $1.index }
    self.objects = objects
  }

  /// The object of an index; nil if it does not exist.
  func object(_ index: Int) throws(FormatError) -> Bytes? {
    let place = firstIndex(objects.count) { objects[$0].index >= index }
    guard place < objects.count, objects[place].index == index else { return nil }
    return try bytes.part(objects[place].offset, objects[place].size)
  }
}
