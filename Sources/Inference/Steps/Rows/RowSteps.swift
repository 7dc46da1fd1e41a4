import Kernels

/// What is done to each row by itself: softmax, its variants, and sorting.
struct RowStep: RangeStep {
  enum Kind: String { case softmax, logSoftmax, sparsemax, sort, argumentSort = "argsort" }
  let name: String
  let kind: Kind
  let input: Operand
  let output: Operand

  var kernel: String { kind.rawValue }
  var flops: Double { 3 * Double(output.count) }
  var bytes: Int { 8 * output.count }
  var scratch: Int { 0 }

  var ranges: Ranges { Ranges(rows: output.rows, columns: output.columns) }

  func run(_ context: RunContext, _ rows: Range<Int>) {
    let source = context.pointer(input)
    let target = context.pointer(output)
    let function =
      switch kind {
      case .softmax: softmaxRows
      case .logSoftmax: logSoftmaxRows
      case .sparsemax: sparsemaxRows
      case .sort: sortRows
      case .argumentSort: sortedIndexRows
      }
    function(
      source + rows.lowerBound * input.rowStride, input.rowStride,
      target + rows.lowerBound * output.rowStride, output.rowStride, rows.count, output.columns)
  }
}

/// Layer, RMS and unit normalisation over the last axis.
struct NormalizationStep: RangeStep {
  let name: String
  private let function: NormalizationFunction
  private let epsilon: Float
  private let gamma: Tensor
  private let beta: Tensor
  private let input: Operand
  private let output: Operand

  init(
    name: String, _ function: NormalizationFunction, epsilon: Float, gamma: Tensor?, beta: Tensor?,
    input: Operand, output: Operand
  ) {
    self.name = name
    self.function = function
    self.epsilon = epsilon
    self.gamma = gamma ?? Tensor(shape: [output.columns], Array(repeating: 1, count: output.columns))
    self.beta = beta ?? Tensor(shape: [output.columns], Array(repeating: 0, count: output.columns))
    self.input = input
    self.output = output
  }

  var kernel: String { "\(function) normalization" }
  var flops: Double { 5 * Double(output.count) }
  var bytes: Int { 8 * (output.count + gamma.count) }
  var scratch: Int { 0 }

  var ranges: Ranges { Ranges(rows: output.rows, columns: output.columns) }

  func run(_ context: RunContext, _ rows: Range<Int>) {
    let source = context.pointer(input)
    let target = context.pointer(output)
    normalizeRows(
      function, input: source + rows.lowerBound * input.rowStride, inputStride: input.rowStride,
      output: target + rows.lowerBound * output.rowStride, outputStride: output.rowStride,
      rows: rows.count, columns: output.columns, epsilon: epsilon, gamma: gamma.storage.base,
      beta: beta.storage.base)
  }
}

/// Normalisation over groups of channels and all positions of a sample.
struct GroupNormalizationStep: Step {
  let name: String
  private let groups: Int
  private let epsilon: Float
  private let gamma: Tensor
  private let beta: Tensor
  private let input: Operand
  private let output: Operand

  init(
    name: String, groups: Int, epsilon: Float, gamma: Tensor?, beta: Tensor?, input: Operand,
    output: Operand
  ) {
    self.name = name
    self.groups = groups
    self.epsilon = epsilon
    self.gamma = gamma ?? Tensor(shape: [output.columns], Array(repeating: 1, count: output.columns))
    self.beta = beta ?? Tensor(shape: [output.columns], Array(repeating: 0, count: output.columns))
    self.input = input
    self.output = output
  }

  private var samples: Int { output.shape[0] }
  var kernel: String { "group normalization" }
  var flops: Double { 5 * Double(output.count) }
  var bytes: Int { 12 * output.count }
  /// Sums, a scale and an offset for every channel of every sample.
  var scratch: Int { 3 * samples * output.columns }

  func run(_ context: RunContext) {
    let source = context.pointer(input)
    let target = context.pointer(output)
    let channels = output.columns
    let rows = output.rows / samples
    let count = Float(rows * (channels / groups))
    let sums = context.scratch
    let scale = sums + samples * channels
    let offset = scale + samples * channels
    // Channels are split, never the sums themselves.
    let channelRanges = Ranges(count: channels, grain: 128)
    func sum(_ function: ReductionFunction, center: UnsafePointer<Float>?) {
      context.workers.forEach(
        samples * channelRanges.parts,
        ChannelSums(
          function: function, source: source, rowStride: input.rowStride, rows: rows, channels: channels,
          ranges: channelRanges, center: center, sums: sums))
    }
    func means(_ target: UnsafeMutablePointer<Float>) {
      groupMeans(
        sums: sums, means: target, groups: samples * groups, channels: channels / groups, count: count)
    }
    sum(.sum, center: nil)
    means(offset)
    sum(.sumOfSquares, center: offset)
    means(scale)
    for sample in 0..<samples {
      normalizationScales(
        scale: scale + sample * channels, offset: offset + sample * channels, channels: channels,
        epsilon: epsilon, gamma: gamma.storage.base, beta: beta.storage.base)
    }
    let rowRanges = Ranges(rows: rows, columns: channels)
    for sample in 0..<samples {
      context.workers.forEach(
        rowRanges.parts,
        ScaledRows(
          source: source + sample * rows * input.rowStride, sourceStride: input.rowStride,
          target: target + sample * rows * output.rowStride, targetStride: output.rowStride,
          ranges: rowRanges, channels: channels, scale: scale + sample * channels,
          offset: offset + sample * channels))
    }
  }

  /// Adds up the rows of every sample, some channels a part.
  private struct ChannelSums: LoopBody {
    let function: ReductionFunction
    let source: UnsafePointer<Float>
    let rowStride: Int
    /// Of a sample.
    let rows: Int
    let channels: Int
    let ranges: Ranges
    let center: UnsafePointer<Float>?
    let sums: UnsafeMutablePointer<Float>

    func run(part: Int, thread: Int) {
      let sample = part / ranges.parts
      reduceRows(
        function, input: source + sample * rows * rowStride, rows: rows, rowStride: rowStride,
        columns: ranges.range(of: part % ranges.parts), center: center.map { $0 + sample * channels },
        output: sums + sample * channels)
    }
  }

  /// Applies the scales of one sample.
  private struct ScaledRows: LoopBody {
    let source: UnsafePointer<Float>
    let sourceStride: Int
    let target: UnsafeMutablePointer<Float>
    let targetStride: Int
    let ranges: Ranges
    let channels: Int
    let scale: UnsafePointer<Float>
    let offset: UnsafePointer<Float>

    func run(part: Int, thread: Int) {
      let rows = ranges.range(of: part)
      affineRows(
        input: source + rows.lowerBound * sourceStride, inputStride: sourceStride,
        output: target + rows.lowerBound * targetStride, outputStride: targetStride, rows: rows.count,
        channels: channels, scale: scale, offset: offset)
    }
  }
}
