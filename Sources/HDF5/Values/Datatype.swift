/// The type of one element (HDF5 file format specification 3.0, IV.A.2.d "The Datatype Message").
public indirect enum Datatype: Sendable, Equatable {
  public enum ByteOrder: Sendable, Equatable {
    case little
    case big
  }

  /// What follows a string of fixed length that is shorter than its place.
  public enum Padding: Sendable, Equatable {
    /// The string ends before the first zero byte, which is always there.
    case nullTerminated
    case null
    case space
  }

  /// A whole number of `size` bytes of which all bits count.
  case integer(size: Int, isSigned: Bool, order: ByteOrder)
  /// A whole number in some of the bits of `size` bytes, counted from the least significant one.
  case partialInteger(size: Int, isSigned: Bool, order: ByteOrder, bits: Range<Int>)
  /// A binary floating-point number.
  case float(FloatFormat)
  /// A string of `size` bytes, padding included.
  case string(size: Int, padding: Padding)
  /// A string of variable length.
  case variableString
  /// Bytes without a meaning that HDF5 knows. h5py stores bfloat16 so.
  case opaque(size: Int, tag: String)
  /// Named numbers of the type `base`. h5py stores booleans so.
  case enumeration(base: Datatype, names: [String])
  /// A small array as an element.
  case array(element: Datatype, shape: [Int])
  /// A sequence of variable length.
  case sequence(element: Datatype)
  /// A type whose values are not read: compound, reference, time, bit field, complex, ...
  case other(class: Int, size: Int)

  /// Where the parts of a floating-point number lie, counted in bits from the least significant one.
  public struct FloatFormat: Sendable, Equatable {
    public var size: Int
    public var order: ByteOrder
    public var signBit: Int
    public var exponentBit: Int
    public var exponentBits: Int
    public var fractionBit: Int
    public var fractionBits: Int
    public var exponentBias: Int
  }
}
