import Glibc
import Inference
import System

/// numpy's file format for one array (numpy.lib.format, versions 1 to 3).
///
/// Reading converts booleans, integers and floats of any size and byte order to float32; writing makes
/// version 1.0, little-endian float32, row-major.
public enum NPY {
  /// Reads a file.
  /// - Throws: ``NPYError`` that names the file and what is wrong with it.
  public static func read(path: String) throws(NPYError) -> Tensor {
    let contents = try NPYContents(path: path)
    do throws(NPYFormatError) {
      return try decode(contents)
    } catch {
      throw NPYError(path: path, reason: error.reason)
    }
  }

  /// Writes a file, replacing one that exists only once the new one is complete.
  public static func write(_ tensor: Tensor, path: String) throws(NPYError) {
    try write(shape: tensor.shape, tensor.values, path: path)
  }

  /// Writes values of the given shape, e.g. a plan's output.
  public static func write(shape: [Int], _ values: UnsafeBufferPointer<Float>, path: String)
    throws(NPYError)
  {
    let temporary = path + ".part"
    guard let file = fopen(temporary, "wb") else {
      throw NPYError(path: path, reason: SystemError().description)
    }
    let header = header(shape)
    var isWritten = fwrite(header, 1, header.count, file) == header.count
    // Float's own byte order is little-endian on every supported machine.
    isWritten = fwrite(values.baseAddress, 4, values.count, file) == values.count && isWritten
    isWritten = fclose(file) == 0 && isWritten
    if !isWritten || rename(temporary, path) != 0 {
      let reason = SystemError().description
      unlink(temporary)
      throw NPYError(path: path, reason: reason)
    }
  }

  private static func header(_ shape: [Int]) -> [UInt8] {
    var text = "{'descr': '<f4', 'fortran_order': False, 'shape': \(shape.text), }"
    // Magic, version and length take 10 bytes; the whole is a multiple of 64 and ends a line.
    while (10 + text.utf8.count + 1) % 64 != 0 { text += " " }
    text += "\n"
    let length = text.utf8.count
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 255), UInt8(length >> 8)] + Array(text.utf8)
  }

  /// - Returns: a tensor that borrows its values from `contents` where they lie there as they are needed.
  static func decode(_ contents: NPYContents) throws(NPYFormatError) -> Tensor {
    let bytes = contents.bytes
    guard bytes.count >= 12, bytes[0] == 0x93, bytes[1..<6].elementsEqual("NUMPY".utf8) else {
      throw NPYFormatError(reason: "it is not an .npy file")
    }
    let isLong = bytes[6] >= 2
    let length =
      isLong
      ? Int(bytes[8]) | Int(bytes[9]) << 8 | Int(bytes[10]) << 16 | Int(bytes[11]) << 24
      : Int(bytes[8]) | Int(bytes[9]) << 8
    let start = isLong ? 12 : 10
    guard start + length <= bytes.count else { throw NPYFormatError(reason: "its header is cut off") }
    let header = try NPYHeader(String(decoding: bytes[start..<(start + length)], as: UTF8.self))
    guard let count = header.shape.checkedProduct,
      (bytes.count - start - length) / header.size >= count
    else {
      throw NPYFormatError(reason: "it is too short for the shape \(header.shape.text)")
    }
    let data = start + length
    let isAligned = data.isMultiple(of: MemoryLayout<Float>.alignment)
    if header.isPlain, isAligned, let base = bytes.baseAddress {
      let values = (base + data).bindMemory(to: Float.self, capacity: count)
      return Tensor(
        shape: header.shape, storage: TensorStorage(borrowing: values, count: count, from: contents))
    }
    let storage = TensorStorage(count: count) { memory in
      for index in 0..<count {
        memory[header.position(index)] = header.value(bytes, data + index * header.size)
      }
    }
    return Tensor(shape: header.shape, storage: storage)
  }
}

/// Why an array could not be read or written.
public struct NPYError: Error, CustomStringConvertible {
  public let path: String
  public let reason: String
  public var description: String { "\(path): \(reason)" }
}

/// What is wrong with an array, before it is known in which file.
struct NPYFormatError: Error {
  let reason: String
}
