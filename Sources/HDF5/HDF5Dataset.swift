/// A dataset: an array of elements of one type.
public struct HDF5Dataset: Sendable {
  private let object: DataObject
  private let dataspace: Dataspace
  private let typeMessage: DatatypeMessage
  private let storage: DatasetStorage

  init(_ object: DataObject) throws(FormatError) {
    self.object = object
    let file = object.file.superblock
    guard let dataspace = try object.header.content(.dataspace, file),
      let type = try object.header.content(.datatype, file)
    else { throw FormatError("it lacks a shape or a type") }
    self.dataspace = try Dataspace(dataspace, file.space)
    typeMessage = try DatatypeMessage(type, file.space)
    storage = try DatasetStorage(object.header, self.dataspace, typeMessage, file)
  }

  /// The path by which the dataset was reached, "/conv1/kernel:0".
  public var path: String { object.path }
  /// The sizes of the axes, the slowest first; empty: a single element.
  public var shape: [Int] { dataspace.shape }
  /// The type of the elements as the file stores them.
  public var type: Datatype { typeMessage.type }
  /// How many elements there are. 0 also for a null dataspace.
  public var count: Int { dataspace.count }

  /// The values where they lie in the map, if they lie there as contiguous, aligned little-endian float32:
  /// no copy is made and no page is read. Else nil: use ``readFloats(into:)``. Valid as long as the dataset's
  /// ``HDF5File`` lives. Where the file is still arriving they are only to be read after ``waitForValues()``.
  public func mappedFloats() -> UnsafeBufferPointer<Float>? {
    guard case .float32 = NumberFormat(type, name: nil), let start = storage.contiguous?.mapped?.baseAddress,
      UInt(bitPattern: start) % 4 == 0
    else { return nil }
    return UnsafeBufferPointer(start: start.assumingMemoryBound(to: Float.self), count: count)
  }

  /// Says that the values will be read, for them to come while others are waited for. Of compressed ones only the
  /// readers know where they are.
  public func requestValues() { storage.contiguous?.request() }

  /// Waits until the values are in the file, if they lie there in one run; all other reads wait by themselves.
  public func waitForValues() throws(HDF5Error) {
    try object.file.locating(path) { () throws(FormatError) in try storage.contiguous?.wait() }
  }

  /// Converts all values to float32, in row-major order, from integers, enumerations (booleans), float16,
  /// bfloat16, float32 and float64 of either byte order, and other floats of up to 8 bytes.
  /// - Parameter output: exactly ``count`` values.
  public func readFloats(into output: UnsafeMutableBufferPointer<Float>) throws(HDF5Error) {
    // Keras names the type of what it stores as opaque bytes.
    var name: String?
    if case .opaque = type { name = try attribute("dtype")?.strings().first }
    try object.file.locating(path) { () throws(FormatError) in
      guard output.count == count else {
        throw FormatError("\(output.count) values are asked for, it has \(count)")
      }
      let format = try Elements.numberFormat(typeMessage, name: name)
      try storage.read(
        fill: { element in
          format.convert(element, into: UnsafeMutableBufferPointer(rebasing: output[..<1]))
          output.update(repeating: output[0])
        },
        pass: { bytes, first in
          let target = output[first..<(first + bytes.count / format.size)]
          format.convert(bytes, into: UnsafeMutableBufferPointer(rebasing: target))
        })
    }
  }

  /// All elements of a dataset of strings, of fixed or variable length, without their padding.
  public func readStrings() throws(HDF5Error) -> [String] {
    try object.file.locating(path) { () throws(FormatError) in
      let bytes = try storage.all()
      return try Elements(bytes: bytes, type: typeMessage, count: count, file: object.file.superblock)
        .strings()
    }
  }

  /// The attribute of a name; nil if it does not exist.
  public func attribute(_ name: String) throws(HDF5Error) -> HDF5Attribute? { try object.attribute(name) }

  /// The names of the attributes, ordered like those of a group.
  public func attributeNames() throws(HDF5Error) -> [String] { try object.attributeNames() }
}
