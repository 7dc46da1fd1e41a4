/// A dataset: an array of elements of one type.
public struct HDF5Dataset: Sendable {
  let file: HDF5File
  /// The path by which the dataset was reached, "/conv1/kernel:0".
  public let path: String
  /// The sizes of the axes, the slowest first; empty: a single element.
  public let shape: [Int]
  /// The type of the elements as the file stores them.
  public let type: Datatype
  /// How many elements there are. 0 also for a null dataspace.
  public let count: Int

  /// The values where they lie in the map, if they lie there as contiguous, aligned little-endian float32:
  /// no copy is made and no page is read. Else nil: use ``readFloats(into:)``. Valid as long as the dataset's
  /// ``HDF5File`` lives.
  public func mappedFloats() -> UnsafeBufferPointer<Float>? { nil }

  /// Converts all values to float32, in row-major order, from integers, enumerations (booleans), float16,
  /// bfloat16, float32 and float64 of either byte order, and other floats of up to 8 bytes.
  /// - Parameter output: exactly ``count`` values.
  public func readFloats(into output: UnsafeMutableBufferPointer<Float>) throws(HDF5Error) {}

  /// All elements of a dataset of strings, of fixed or variable length, without their padding.
  public func readStrings() throws(HDF5Error) -> [String] { [] }

  /// The attribute of a name; nil: there is none.
  public func attribute(_ name: String) throws(HDF5Error) -> HDF5Attribute? { nil }

  /// The names of the attributes, ordered like those of a group.
  public func attributeNames() throws(HDF5Error) -> [String] { [] }
}
