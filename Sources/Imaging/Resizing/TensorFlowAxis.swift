/// Along one axis: which input pixels `tf.image.resize` makes each output pixel of.
struct TensorFlowAxis {
  /// In pixels.
  let inputSize: Int
  let outputSize: Int

  var scale: Float { Float(inputSize) / Float(outputSize) }

  var nearest: [Int] {
    (0..<outputSize).map {
      min(max(Int(((Float($0) + 0.5) * scale).rounded(.down)), 0), inputSize - 1)
    }
  }

  var neighbours: [(low: Int, high: Int, share: Float)] {
    (0..<outputSize).map {
      let position = (Float($0) + 0.5) * scale - 0.5
      let floor = position.rounded(.down)
      return (max(Int(floor), 0), min(Int(position.rounded(.up)), inputSize - 1), position - floor)
    }
  }

  /// Four input pixels for each output pixel, and their weights.
  var taps: [(indices: SIMD4<Int>, weights: SIMD4<Float>)] {
    let table = CubicTable()
    return (0..<outputSize).map { table.taps($0, scale: scale, limit: inputSize) }
  }

  var runs: [AreaRun] {
    (0..<outputSize).map { AreaRun($0, scale: scale) }
  }

  /// For each input pixel whether a filter reads it. Shrinking, all but `area` leave out most.
  func needed(by filter: ResizeFilter) -> [Bool] {
    var needed = [Bool](repeating: filter == .tfArea, count: inputSize)
    switch filter {
    case .tfArea: break
    case .tfBilinear:
      for pair in neighbours {
        needed[pair.low] = true
        needed[pair.high] = true
      }
    case .tfBicubic:
      for run in taps {
        for tap in 0..<4 { needed[run.indices[tap]] = true }
      }
    default:
      for index in nearest { needed[index] = true }
    }
    return needed
  }
}

/// The input pixels that one output pixel covers.
struct AreaRun {
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
