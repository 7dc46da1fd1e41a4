/// An attribute: a small named array that belongs to a group or dataset.
public struct HDF5Attribute: Sendable {
  let file: HDF5File
  public let name: String
  /// The sizes of the axes, the slowest first; empty: a single element.
  public let shape: [Int]
  /// The type of the elements as the file stores them.
  public let type: Datatype
  /// How many elements there are. 0 also for a null dataspace.
  public let count: Int

  /// All elements as strings, of fixed or variable length, without their padding.
  public func strings() throws(HDF5Error) -> [String] { [] }

  /// All elements as float32, converted as by ``HDF5Dataset/readFloats(into:)``.
  public func floats() throws(HDF5Error) -> [Float] { [] }

  /// All elements as the file stores them.
  public func bytes() throws(HDF5Error) -> [UInt8] { [] }
}
