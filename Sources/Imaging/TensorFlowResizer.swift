import Glibc

/// Resizes as `tf.image.resize` does on a CPU with `antialias=False`: half-pixel centres (except `area`, which
/// has none), float32 arithmetic in TensorFlow's order, results not rounded.
///
/// `Sample` is what the pixels are made of, `UInt8` or (16-bit gray) `UInt16`.
struct TensorFlowResizer<Sample: FixedWidthInteger & UnsignedInteger> {
  /// Rows without gaps.
  let pixels: UnsafePointer<Sample>
  let inputWidth: Int
  let inputHeight: Int
  /// Samples from one pixel to the next, of which the first `channels` are wanted.
  let samples: Int
  let channels: Int
  let width: Int
  let height: Int

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

  private var scaleX: Float { Float(inputWidth) / Float(width) }
  private var scaleY: Float { Float(inputHeight) / Float(height) }

  @inline(__always)
  private func value(_ x: Int, _ y: Int, _ channel: Int) -> Float {
    Float(pixels[(y * inputWidth + x) * samples + channel])
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
    func positions(_ count: Int, _ scale: Float, _ limit: Int) -> [Int] {
      (0..<count).map { min(max(Int(((Float($0) + 0.5) * scale).rounded(.down)), 0), limit - 1) }
    }
    let columns = positions(width, scaleX, inputWidth)
    let rows = positions(height, scaleY, inputHeight)
    fill(output) { value(columns[$0], rows[$1], $2) }
  }

  private func bilinear(into output: UnsafeMutablePointer<Float>) {
    func neighbours(_ count: Int, _ scale: Float, _ limit: Int) -> [(low: Int, high: Int, share: Float)] {
      (0..<count).map {
        let position = (Float($0) + 0.5) * scale - 0.5
        let floor = position.rounded(.down)
        return (max(Int(floor), 0), min(Int(position.rounded(.up)), limit - 1), position - floor)
      }
    }
    let columns = neighbours(width, scaleX, inputWidth)
    let rows = neighbours(height, scaleY, inputHeight)
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
    let table = CubicTable()
    let columns = (0..<width).map { table.taps($0, scale: scaleX, limit: inputWidth) }
    let rows = (0..<height).map { table.taps($0, scale: scaleY, limit: inputHeight) }
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
    let columns = (0..<width).map { AreaRun($0, scale: scaleX) }
    let rows = (0..<height).map { AreaRun($0, scale: scaleY) }
    let scale = Float(1.0 / Double(scaleY * scaleX))
    fill(output) { x, y, channel in
      let column = columns[x]
      let row = rows[y]
      var sum: Float = 0
      for index in row.start..<row.end {
        let inputY = min(max(index, 0), inputHeight - 1)
        func at(_ x: Int) -> Float { value(min(max(x, 0), inputWidth - 1), inputY, channel) }
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

/// The input pixels that one output pixel covers.
private struct AreaRun {
  private let low: Float
  private let high: Float
  private let scale: Float
  let start: Int
  let end: Int

  init(_ index: Int, scale: Float) {
    low = Float(index) * scale
    high = Float(index + 1) * scale
    self.scale = scale
    start = Int(low.rounded(.down))
    end = Int(high.rounded(.up))
  }

  /// How much of an input pixel is covered.
  func share(of index: Int) -> Float {
    let edge = Float(index)
    if edge < low { return edge + 1 > high ? scale : edge + 1 - low }
    return edge + 1 > high ? high - edge : 1
  }
}

/// Keys' cubic (a = -0.5), tabulated in 1024 steps as TensorFlow does.
private struct CubicTable {
  private static let steps = 1024
  /// For each step the weight of the nearer and of the farther neighbour.
  private let near: [Float]
  private let far: [Float]

  init() {
    let a = -0.5
    var near: [Float] = []
    var far: [Float] = []
    for step in 0...Self.steps {
      let x = Double(Float(step) / Float(Self.steps))
      near.append(Float(((a + 2) * x - (a + 3)) * x * x + 1))
      let y = Double(Float(x + 1))
      far.append(Float(((a * y - 5 * a) * y + 8 * a) * y - 4 * a))
    }
    self.near = near
    self.far = far
  }

  /// The four input pixels of an output pixel, and their weights. Outside the image there is no weight.
  func taps(_ index: Int, scale: Float, limit: Int) -> (indices: SIMD4<Int>, weights: SIMD4<Float>) {
    let position = (Float(index) + 0.5) * scale - 0.5
    let floor = position.rounded(.down)
    let step = Int(((position - floor) * Float(Self.steps)).rounded(.toNearestOrEven))
    let weights = [far[step], near[step], near[Self.steps - step], far[Self.steps - step]]
    var taps = (indices: SIMD4<Int>.zero, weights: SIMD4<Float>.zero)
    for tap in 0..<4 {
      let wanted = Int(floor) - 1 + tap
      taps.indices[tap] = min(max(wanted, 0), limit - 1)
      if taps.indices[tap] == wanted { taps.weights[tap] = weights[tap] }
    }
    let sum = taps.weights[0] + taps.weights[1] + taps.weights[2] + taps.weights[3]
    if abs(sum) >= 1000 * Float.leastNormalMagnitude { taps.weights *= 1 / sum }
    return taps
  }
}
