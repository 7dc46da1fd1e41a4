/// One of the filters of a pipeline.
struct Filter: Sendable {
  let id: Int
  let name: String
  /// The filter's parameters ("client data").
  let values: [UInt32]

  static let deflate = 1
  static let shuffle = 2
  static let fletcher32 = 3
  static let szip = 4
  static let nBit = 5
  static let scaleOffset = 6
  /// h5py's own.
  static let lzf = 32000

  /// Turns what the filter gave when the file was written into what it got.
  func undo(_ bytes: Bytes, _ output: FilterOutput) throws(FormatError) -> Bytes {
    switch id {
    case Filter.deflate: try Inflater.inflate(bytes, output)
    case Filter.shuffle: try Shuffle.undo(bytes, elementSize: Int(values.first ?? 1))
    case Filter.fletcher32: try Fletcher32.verified(bytes)
    case Filter.nBit: try NBit.undo(bytes, values, limit: output.end)
    case Filter.scaleOffset: try ScaleOffset(values).undo(bytes, limit: output.end)
    case Filter.lzf: try LZF.decompress(bytes, output)
    default: throw FormatError("it is stored with \(description)")
    }
  }

  /// The filter in words, and what to do about it.
  private var description: String {
    if id == Filter.szip {
      return "the filter szip, which is not supported: convert it with h5repack -f NONE"
    }
    let known = [
      32001: "blosc", 32004: "lz4", 32008: "bitshuffle", 32013: "zfp", 32015: "zstd", 32026: "blosc2",
    ]
    let filter =
      known[id].map { "the filter \($0), which is not supported" }
      ?? "the unknown filter \(id)" + (name.isEmpty ? "" : " (\(name))")
    return filter + ": load the model in Python after `import hdf5plugin`, and save it again"
  }
}
