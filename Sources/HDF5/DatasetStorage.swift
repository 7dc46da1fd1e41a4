/// Where the elements of one dataset are, checked against its shape and the file's size.
struct DatasetStorage: Sendable {
  private enum Place: Sendable {
    case contiguous(Bytes)
    /// Nothing was ever written: all elements are the fill value.
    case missing
    case chunked(ChunkedLayout)
    /// They cannot be read, for a reason.
    case elsewhere(reason: String)
  }

  private let place: Place
  private let fillValue: FillValue
  private let elementSize: Int
  private let count: Int
  private let shape: [Int]

  init(_ header: ObjectHeader, _ dataspace: Dataspace, _ type: DatatypeMessage, _ file: Superblock)
    throws(Problem)
  {
    count = dataspace.count
    shape = dataspace.shape
    elementSize = type.size
    fillValue = try FillValue(header, file)
    guard let size = [count, elementSize].checkedProduct else {
      throw Problem("it has the impossible shape \(shape)")
    }
    if let element = fillValue.element, element.count != elementSize {
      throw Problem("its fill value has \(element.count) bytes, its elements have \(elementSize)")
    }
    guard let message = try header.content(.dataLayout, file) else { throw Problem("it lacks a data layout") }
    switch try DataLayout(message, file.space) {
    case .compact(let bytes):
      guard bytes.count >= size else {
        throw Problem("it has \(bytes.count) bytes, its shape \(shape) needs \(size)")
      }
      place = .contiguous(try bytes.part(0, size))
    case .contiguous where header.all(.externalFiles).contains { _ in true }:
      place = .elsewhere(reason: "its values lie in other files: copy it with h5repack")
    case .contiguous(nil, _):
      place = .missing
    case .contiguous(let address?, let stored):
      guard stored ?? size >= size else {
        throw Problem("it has \(stored ?? 0) bytes, its shape \(shape) needs \(size)")
      }
      guard let bytes = try? file.space.bytes.part(address, size) else {
        throw Problem("its \(size) bytes at \(address) lie beyond the end of the file")
      }
      place = .contiguous(bytes)
    case .chunked(let layout):
      place = .chunked(layout)
    case .virtual:
      place = .elsewhere(reason: "it is a virtual dataset, which refers to others: copy it with h5repack")
    }
  }

  /// The elements, if they lie in one run.
  var contiguous: Bytes? { if case .contiguous(let bytes) = place { bytes } else { nil } }

  /// Passes all elements on, in runs, each with the index of its first one; not necessarily in order.
  func read(
    _ pass: (_ bytes: UnsafeRawBufferPointer, _ first: Int) throws(Problem) -> Void
  ) throws(Problem) {
    switch place {
    case .contiguous(let bytes):
      try pass(bytes.buffer, 0)
    case .missing:
      throw Problem("nothing was ever written")
    case .chunked:
      throw Problem("it is chunked")
    case .elsewhere(let reason):
      throw Problem(reason)
    }
  }

  /// All elements in one run.
  func all() throws(Problem) -> Bytes {
    if let contiguous { return contiguous }
    var bytes = [UInt8](repeating: 0, count: count * elementSize)
    try read { (run, first) in
      bytes.withUnsafeMutableBytes { bytes in
        UnsafeMutableRawBufferPointer(rebasing: bytes[(first * elementSize)...]).copyMemory(from: run)
      }
    }
    return Bytes(bytes)
  }
}
