/// The lzf filter, h5py's own: what LibLZF makes, without its header.
///
/// A control byte below 32 says how many bytes, less one, follow as they are. Any other refers back: its upper 3 bits
/// are the length less 2, where 7 says that another byte is to be added; its lower 5 bits and a last byte are the
/// distance less 1.
enum LZF {
  static func decompress(_ source: Bytes, _ output: FilterOutput) throws(FormatError) -> Bytes {
    // A reference makes at most 264 bytes of 3. Memory that is not written to is not taken.
    let (most, isOver) = source.count.multipliedReportingOverflow(by: 88)
    let room = min(output.end, isOver ? .max : most)
    var count = 0
    let bytes = try Bytes(count: room) { target throws(FormatError) in
      try source.withBuffer { source throws(FormatError) in
        count = try decompress(source, into: target, isPart: output.isPart)
      }
    }
    return try output.gather(bytes.part(0, count))
  }

  /// - Parameter isPart: whether to stop where the target is full; else the source must end there, too.
  /// - Returns: how many bytes there are.
  private static func decompress(
    _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer, isPart: Bool
  ) throws(FormatError) -> Int {
    var place = 0
    var count = 0
    func next() throws(FormatError) -> Int {
      guard place < source.count else { throw FormatError("a compressed part is damaged: it is too short") }
      place += 1
      return Int(source[place - 1])
    }
    while place < source.count, !(isPart && count == target.count) {
      let control = try next()
      var length = control + 1
      var distance = 0
      if control >= 32 {
        length = 2 + control >> 5
        if control >> 5 == 7 { length += try next() }
        distance = try 1 + (control & 31) << 8 + next()
        guard distance <= count else {
          throw FormatError("a compressed part is damaged: it refers to nothing")
        }
      } else if length > source.count - place {
        throw FormatError("a compressed part is damaged: it is too short")
      }
      if length > target.count - count {
        guard isPart else { throw FormatError("a compressed part is longer than it may be") }
        length = target.count - count
      }
      // What is referred to may reach into what is being written.
      for index in count..<(count + length) {
        if distance > 0 {
          target[index] = target[index - distance]
        } else {
          target[index] = source[place]
          place += 1
        }
      }
      count += length
    }
    return count
  }
}
