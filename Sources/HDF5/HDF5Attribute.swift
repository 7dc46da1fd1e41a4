/// An attribute: a small named array that belongs to a group or dataset.
public struct HDF5Attribute: Sendable {
  private let file: HDF5File
  /// What errors call the attribute, "/@model_config".
  private let object: String
  private let message: AttributeMessage

  init(file: HDF5File, object: String, _ message: AttributeMessage) {
    self.file = file
    self.object = object
    self.message = message
  }

  public var name: String { message.name }
  /// The sizes of the axes, the slowest first; empty: a single element.
  public var shape: [Int] { message.dataspace.shape }
  /// The type of the elements as the file stores them.
  public var type: Datatype { message.type.type }
  /// How many elements there are. 0 also for a null dataspace.
  public var count: Int { message.dataspace.count }

  /// All elements as strings, of fixed or variable length, without their padding.
  public func strings() throws(HDF5Error) -> [String] {
    try file.locating(object) { () throws(FormatError) in
      try Elements(bytes: message.data, type: message.type, count: count, file: file.superblock)
        .strings()
    }
  }

  /// All elements as float32, converted as by ``HDF5Dataset/readFloats(into:)``.
  public func floats() throws(HDF5Error) -> [Float] {
    try file.locating(object) { () throws(FormatError) in
      let format = try Elements.numberFormat(message.type, name: nil)
      return try message.data.withBuffer { bytes in
        [Float](unsafeUninitializedCapacity: count) { output, initialized in
          output.initialize(repeating: 0)
          format.convert(bytes, into: UnsafeMutableBufferPointer(rebasing: output[..<count]))
          initialized = count
        }
      }
    }
  }

  /// All elements as the file stores them.
  public func bytes() throws(HDF5Error) -> [UInt8] {
    try file.locating(object) { () throws(FormatError) in try message.data.withBuffer { Array($0) } }
  }
}
