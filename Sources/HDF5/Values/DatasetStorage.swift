/// Where the elements of one dataset are, checked against its shape and the file's size.
struct DatasetStorage: Sendable {
  private enum Place: Sendable {
    case contiguous(Bytes)
    /// Nothing was ever written: all elements are the fill value.
    case missing
    case chunked(ChunkReader)
    /// They cannot be read, for a reason.
    case elsewhere(reason: String)
  }

  private let place: Place
  private let fillValue: FillValue
  private let elementSize: Int
  private let count: Int

  init(_ header: ObjectHeader, _ dataspace: Dataspace, _ type: DatatypeMessage, _ file: Superblock)
    throws(FormatError)
  {
    count = dataspace.count
    elementSize = type.size
    fillValue = try FillValue(header, file)
    let shape = dataspace.shape
    guard let size = [count, elementSize].checkedProduct else {
      throw FormatError("it has the impossible shape \(shape)")
    }
    if let element = fillValue.element, element.count != elementSize {
      throw FormatError("its fill value has \(element.count) bytes, its elements have \(elementSize)")
    }
    guard let message = try header.content(.dataLayout, file) else {
      throw FormatError("it lacks a data layout")
    }
    switch try DataLayout(message, file.space) {
    case .compact(let bytes):
      guard bytes.count >= size else {
        throw FormatError("it has \(bytes.count) bytes, its shape \(shape) needs \(size)")
      }
      place = .contiguous(try bytes.part(0, size))
    case .contiguous where header.all(.externalFiles).contains { _ in true }:
      place = .elsewhere(reason: "its values lie in other files: copy it with h5repack -l CONTI")
    case .contiguous(nil, _):
      place = .missing
    case .contiguous(let address?, let stored):
      guard stored ?? size >= size else {
        throw FormatError("it has \(stored ?? 0) bytes, its shape \(shape) needs \(size)")
      }
      guard let bytes = try? file.space.bytes.part(address, size) else {
        throw FormatError("its \(size) bytes at \(address) lie beyond the end of the file")
      }
      place = .contiguous(bytes)
    case .chunked(let layout):
      guard layout.chunkShape.count == shape.count, layout.elementSize == elementSize else {
        throw FormatError("its chunks have \(layout.chunkShape.count) axes, it has \(shape.count)")
      }
      let pipeline = try header.content(.filterPipeline, file).map { message throws(FormatError) in
        try FilterPipeline(message, file.space)
      }
      place = .chunked(ChunkReader(file, dataspace, layout, pipeline))
    case .virtual:
      place = .elsewhere(
        reason: "it is a virtual dataset, which refers to others: copy it with h5repack -l CONTI")
    }
  }

  /// The elements, if they lie in one run.
  var contiguous: Bytes? { if case .contiguous(let bytes) = place { bytes } else { nil } }

  /// Passes all elements on, in runs, each with the index of its first one; not necessarily in order.
  /// - Parameter fill: called first, with one element, if there may be elements that are not passed on.
  func read(
    fill: (_ element: UnsafeRawBufferPointer) -> Void,
    pass: (_ bytes: UnsafeRawBufferPointer, _ first: Int) -> Void
  ) throws(FormatError) {
    guard count > 0 else { return }
    switch place {
    case .contiguous(let bytes):
      try bytes.withBuffer { pass($0, 0) }
    case .missing:
      try fillElement().withBuffer(fill)
    case .chunked(let reader):
      try fillElement().withBuffer(fill)
      try reader.read(pass)
    case .elsewhere(let reason):
      throw FormatError(reason)
    }
  }

  private func fillElement() throws(FormatError) -> Bytes {
    if let element = fillValue.element { return element }
    return try Bytes(count: elementSize) { _ = $0.initializeMemory(as: UInt8.self, repeating: 0) }
  }

  /// All elements in one run. Those that were never written, or are compressed, are refused where they would take
  /// more than 256 MB.
  func all() throws(FormatError) -> Bytes {
    if let contiguous { return contiguous }
    // A string that was read takes 16 bytes, however short it is.
    guard count <= (256 << 20) / max(elementSize, 16) else {
      throw FormatError("it has \(count) elements of \(elementSize) bytes: that is too many")
    }
    return try Bytes(count: count * elementSize) { all throws(FormatError) in
      try read(
        fill: { element in
          for index in 0..<count {
            UnsafeMutableRawBufferPointer(rebasing: all[(index * elementSize)...]).copyMemory(from: element)
          }
        },
        pass: { bytes, first in
          UnsafeMutableRawBufferPointer(rebasing: all[(first * elementSize)...]).copyMemory(from: bytes)
        })
    }
  }
}
