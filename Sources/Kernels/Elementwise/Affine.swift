/// `output = input * scale + offset`, kept within bounds, for rows of channels; scale and offset one value
/// a channel.
/// - Parameters:
///   - inputStride: values from one row to the next.
///   - rows: how many rows.
///   - channels: values of a row.
public func affineRows(
  input: UnsafePointer<Float>, inputStride: Int, output: UnsafeMutablePointer<Float>, outputStride: Int,
  rows: Int, channels: Int, scale: UnsafePointer<Float>, offset: UnsafePointer<Float>,
  bounds: (low: Float, high: Float) = (-.infinity, .infinity)
) {
  requireRows(rows, columns: channels, outputStride: outputStride)
  for row in 0..<rows {
    let source = input + row * inputStride
    let target = output + row * outputStride
    var channel = 0
    while channel + 8 <= channels {
      let result = Vector.load(offset + channel)
        .addingProduct(Vector.load(source + channel), Vector.load(scale + channel))
      clipped(result, bounds.low, bounds.high).store(target + channel)
      channel += 8
    }
    while channel < channels {
      let result = offset[channel].addingProduct(source[channel], scale[channel])
      let raised = result < bounds.low ? bounds.low : result
      target[channel] = raised > bounds.high ? bounds.high : raised
      channel += 1
    }
  }
}

/// `output = input * scale + offset` of a run of values.
public func affineRun(
  input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, count: Int, scale: Float, offset: Float
) {
  require(count >= 0, "counts are not negative")
  let scales = Vector(repeating: scale)
  let offsets = Vector(repeating: offset)
  var index = 0
  while index + 8 <= count {
    offsets.addingProduct(Vector.load(input + index), scales).store(output + index)
    index += 8
  }
  while index < count {
    output[index] = offset.addingProduct(input[index], scale)
    index += 1
  }
}
