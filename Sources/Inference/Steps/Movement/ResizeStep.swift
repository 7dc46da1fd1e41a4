import Glibc
import Kernels

/// Resizes height and width by weighted sums of rows and columns.
final class ResizeStep: LoopStep {
  let name: String
  let kernel: String
  private let input: Operand
  private let output: Operand
  private let vertical: ResizeWeights
  private let horizontal: ResizeWeights

  init(name: String, _ resize: Resize, input: Operand, output: Operand) {
    self.name = name
    kernel = "\(resize.interpolation) resize"
    self.input = input
    self.output = output
    // tf.image leaves images of the right size alone, even where the kernel would change them.
    let resize = input.shape == output.shape ? Resize(size: resize.size, interpolation: .bilinear) : resize
    vertical = ResizeWeights(resize, from: input.shape[1], to: output.shape[1])
    horizontal = ResizeWeights(resize, from: input.shape[2], to: output.shape[2])
  }

  private var lineCount: Int { input.shape[2] * input.shape[3] }
  private var ranges: Ranges {
    Ranges(rows: output.shape[0] * output.shape[1], columns: output.shape[2] * output.columns)
  }
  var parts: Int { ranges.parts }
  var flops: Double {
    2 * Double(output.rows * output.columns) * Double(horizontal.meanTaps)
      + 2 * Double(output.shape[0] * output.shape[1] * lineCount) * Double(vertical.meanTaps)
  }
  var bytes: Int { 4 * (input.count + output.count) }
  /// A source line for every part.
  var scratch: Int { parts * lineCount }

  func run(_ context: RunContext, part: Int, thread: Int) {
    let source = context.pointer(input)
    let target = context.pointer(output)
    let height = output.shape[1]
    let width = output.shape[2]
    for row in ranges.range(of: part) {
      let sample = row / height
      resizeRow(
        input: source + sample * input.shape[1] * input.shape[2] * input.rowStride,
        inputWidth: input.shape[2], channels: output.columns, pixelStride: input.rowStride,
        vertical: vertical.taps[row % height], verticalWeights: vertical.weights,
        horizontal: horizontal.taps, horizontalWeights: horizontal.weights,
        line: context.scratch + part * lineCount, output: target + row * width * output.rowStride,
        outputWidth: width, outputStride: output.rowStride)
    }
  }
}

/// What every row (or column) of a resized image is made of, as `tf.image.resize` (version 2) and
/// `jax.image.resize` define it: half-pixel centres, weights beyond the border dropped and the rest scaled to
/// sum 1; to antialias, the kernel is stretched as far as the image shrinks. `area` is TensorFlow's mean over
/// the covered stretch.
final class ResizeWeights {
  let taps: UnsafeMutablePointer<ResizeTaps>
  let weights: UnsafeMutablePointer<Float>
  /// Weights per result, on average.
  let meanTaps: Float

  init(_ resize: Resize, from size: Int, to result: Int) {
    var all: [Float] = []
    var entries: [ResizeTaps] = []
    for position in 0..<result {
      let (first, values) = ResizeWeights.weights(resize, position, size, result)
      entries.append(ResizeTaps(first: first, taps: values.count, weights: all.count))
      all += values
    }
    taps = .allocate(capacity: result)
    taps.initialize(from: entries, count: result)
    weights = .allocate(capacity: all.count)
    weights.initialize(from: all, count: all.count)
    meanTaps = Float(all.count) / Float(result)
  }

  deinit {
    taps.deallocate()
    weights.deallocate()
  }

  private static func weights(
    _ resize: Resize, _ position: Int, _ size: Int, _ result: Int
  ) -> (first: Int, [Float]) {
    let interpolation = resize.interpolation
    let scale = Double(size) / Double(result)
    if case .area = interpolation {
      let begin = Double(position) * scale
      let end = begin + scale
      let first = Int(begin)
      let last = min(max(Int(end.rounded(.up)), first + 1), size)
      return (
        first, (first..<last).map { Float((min(end, Double($0 + 1)) - max(begin, Double($0))) / scale) }
      )
    }
    // In single precision, as both do: with large images its rounding shows in the results.
    let inverse = 1 / Float(Double(result) / Double(size))
    let center = Double((Float(position) + 0.5) * inverse - 0.5)
    let stretch = resize.antialias ? max(Double(inverse), 1) : 1
    let radius = interpolation.radius * stretch
    let first = max(Int((center - radius).rounded(.up)), 0)
    let last = min(Int((center + radius).rounded(.down)), size - 1)
    let values = (first...max(first, last)).map { interpolation.kernel(abs(center - Double($0)) / stretch) }
    let sum = values.reduce(0, +)
    return (first, values.map { Float($0 / sum) })
  }
}

extension Resize.Interpolation {
  /// How far the kernel reaches.
  fileprivate var radius: Double {
    switch self {
    case .nearest, .area: 0.5
    case .bilinear: 1
    case .bicubic, .mitchellcubic: 2
    case .gaussian: 1.5
    case .lanczos3: 3
    case .lanczos5: 5
    }
  }

  /// The weight at a distance.
  fileprivate func kernel(_ x: Double) -> Double {
    switch self {
    case .nearest, .area: return 1
    case .bilinear: return max(1 - x, 0)
    case .gaussian: return x < radius ? exp(-2 * x * x) : 0
    // Mitchell and Netravali's cubic with B = C = 1/3.
    case .mitchellcubic:
      if x < 1 { return (7 * x / 6 - 2) * x * x + 8 / 9 }
      return x < 2 ? ((2 - 7 * x / 18) * x - 10 / 3) * x + 16 / 9 : 0
    // Keys' cubic with a = -1/2.
    case .bicubic:
      if x < 1 { return (1.5 * x - 2.5) * x * x + 1 }
      return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0
    case .lanczos3, .lanczos5:
      if x > radius { return 0 }
      if x < 1e-9 { return 1 }
      let angle = Double.pi * x
      return radius * sin(angle) * sin(angle / radius) / (angle * angle)
    }
  }
}
