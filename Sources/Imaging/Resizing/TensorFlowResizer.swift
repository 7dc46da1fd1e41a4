/// Resizes as `tf.image.resize` does on a CPU with `antialias=False`: half-pixel centres (except `area`, which
/// has none), float32 arithmetic in TensorFlow's order, results not rounded.
struct TensorFlowResizer {
  /// Rows without gaps: all, or those that are ``TensorFlowAxis/needed(by:)``.
  let pixels: UnsafePointer<UInt8>
  let inputWidth: Int
  let inputHeight: Int
  /// Samples from one pixel to the next, of which the first `channels` are wanted.
  let samples: Int
  let channels: Int
  let width: Int
  let height: Int
  /// For each input row its place among `pixels`; nil when they are all there.
  var slots: [Int]?

  private var across: TensorFlowAxis { TensorFlowAxis(inputSize: inputWidth, outputSize: width) }
  private var down: TensorFlowAxis { TensorFlowAxis(inputSize: inputHeight, outputSize: height) }

  private func slot(_ row: Int) -> Int { slots?[row] ?? row }

  /// Writes `height * width * channels` values.
  func run(_ filter: ResizeFilter, into output: UnsafeMutablePointer<Float>) {
    if inputWidth == width && inputHeight == height {
      nearest(into: output)
      return
    }
    switch filter {
    case .tfBilinear: bilinear(into: output)
    case .tfBicubic: bicubic(into: output)
    case .tfArea: area(into: output)
    default: nearest(into: output)
    }
  }

  @inline(__always)
  private func value(_ x: Int, _ slot: Int, _ channel: Int) -> Float {
    Float(pixels[(slot * inputWidth + x) * samples + channel])
  }

  /// Calls `body` for each output value in order.
  @inline(__always)
  private func fill(
    _ output: UnsafeMutablePointer<Float>, _ body: (_ x: Int, _ y: Int, _ channel: Int) -> Float
  ) {
    var next = output
    for y in 0..<height {
      for x in 0..<width {
        for channel in 0..<channels {
          next.pointee = body(x, y, channel)
          next += 1
        }
      }
    }
  }

  private func nearest(into output: UnsafeMutablePointer<Float>) {
    let columns = across.nearest
    let rows = down.nearest.map(slot)
    fill(output) { value(columns[$0], rows[$1], $2) }
  }

  private func bilinear(into output: UnsafeMutablePointer<Float>) {
    let columns = across.neighbours
    let rows = down.neighbours.map { (low: slot($0.low), high: slot($0.high), share: $0.share) }
    fill(output) { x, y, channel in
      let (left, right, across) = columns[x]
      let (upper, lower, down) = rows[y]
      let topLeft = value(left, upper, channel)
      let bottomLeft = value(left, lower, channel)
      let top = topLeft + (value(right, upper, channel) - topLeft) * across
      let bottom = bottomLeft + (value(right, lower, channel) - bottomLeft) * across
      return top + (bottom - top) * down
    }
  }

  private func bicubic(into output: UnsafeMutablePointer<Float>) {
    let columns = across.taps
    var rows = down.taps
    for row in rows.indices {
      for tap in 0..<4 { rows[row].indices[tap] = slot(rows[row].indices[tap]) }
    }
    fill(output) { x, y, channel in
      let column = columns[x]
      let row = rows[y]
      var vertical = SIMD4<Float>.zero
      for tap in 0..<4 {
        let x = column.indices[tap]
        vertical[tap] =
          value(x, row.indices[0], channel) * row.weights[0] + value(x, row.indices[1], channel)
          * row.weights[1]
          + value(x, row.indices[2], channel) * row.weights[2] + value(x, row.indices[3], channel)
          * row.weights[3]
      }
      return vertical[0] * column.weights[0] + vertical[1] * column.weights[1] + vertical[2]
        * column.weights[2]
        + vertical[3] * column.weights[3]
    }
  }

  private func area(into output: UnsafeMutablePointer<Float>) {
    let columns = across.runs
    let rows = down.runs
    let scale = Float(1.0 / Double(down.scale * across.scale))
    fill(output) { x, y, channel in
      let column = columns[x]
      let row = rows[y]
      var sum: Float = 0
      for index in row.start..<row.end {
        let slot = slot(min(max(index, 0), inputHeight - 1))
        func at(_ x: Int) -> Float { value(min(max(x, 0), inputWidth - 1), slot, channel) }
        var line = at(column.start) * column.share(of: column.start)
        if column.start + 1 != column.end {
          for x in (column.start + 1)..<max(column.end - 1, column.start + 1) { line += at(x) }
          line += at(column.end - 1) * column.share(of: column.end - 1)
        }
        sum += line * row.share(of: index)
      }
      return sum * scale
    }
  }
}
