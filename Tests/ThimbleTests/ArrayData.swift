import Foundation

/// An `.npy` file of little-endian float32 as numpy.lib.format describes it, read without our own reader.
struct ArrayData: Equatable {
  var shape: [Int]
  var values: [Float]

  init(shape: [Int], values: [Float]) {
    self.shape = shape
    self.values = values
  }

  init(path: String) throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    let start = 10 + Int(data[8]) + 256 * Int(data[9])
    let header = String(decoding: data[10..<start], as: UTF8.self)
    let tuple = header.split(separator: "(")[1].split(separator: ")", omittingEmptySubsequences: false)[0]
    guard header.contains("'<f4'"), header.contains("'fortran_order': False") else {
      throw CocoaError(.fileReadCorruptFile)
    }
    shape = tuple.split(separator: ",").compactMap { Int($0.trimmingCharacters(in: .whitespaces)) }
    values = [Float](unsafeUninitializedCapacity: (data.count - start) / 4) { buffer, count in
      count = buffer.count
      _ = data.copyBytes(to: buffer, from: start..<(start + 4 * count))
    }
  }

  func write(to path: String) throws {
    let sizes = shape.map { "\($0), " }.joined()
    var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(sizes)), }"
    while (10 + header.utf8.count + 1) % 64 != 0 { header += " " }
    header += "\n"
    let length = UInt8(header.utf8.count)
    var data = Data([0x93] + Array("NUMPY".utf8) + [1, 0, length, 0] + Array(header.utf8))
    values.withUnsafeBytes { data.append(contentsOf: $0) }
    try data.write(to: URL(fileURLWithPath: path))
  }
}
