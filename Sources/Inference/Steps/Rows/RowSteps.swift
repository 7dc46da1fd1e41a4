import Kernels

/// What is done to every row alone: softmax and its kin, and sorting.
struct RowStep: Step {
  enum Kind: String { case softmax, logSoftmax, sparsemax, sort, argumentSort = "argsort" }
  let name: String
  let kind: Kind
  let input: Operand
  let output: Operand

  var kernel: String { kind.rawValue }
  var flops: Double { 3 * Double(output.count) }
  var bytes: Int { 8 * output.count }
  var scratch: Int { 0 }

  func run(_ context: RunContext) {
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
    context.forEachRows(output.rows, columns: output.columns) { rows in
      function(
        source + rows.lowerBound * input.rowStride, input.rowStride,
        target + rows.lowerBound * output.rowStride, output.rowStride, rows.count, output.columns)
    }
  }
}

/// Layer, RMS and unit normalisation over the last axis.
struct NormalizationStep: Step {
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

  func run(_ context: RunContext) {
    let source = context.pointer(input)
    let target = context.pointer(output)
    context.forEachRows(output.rows, columns: output.columns) { rows in
      normalizeRows(
        function, input: source + rows.lowerBound * input.rowStride, inputStride: input.rowStride,
        output: target + rows.lowerBound * output.rowStride, outputStride: output.rowStride,
        rows: rows.count, columns: output.columns, epsilon: epsilon, gamma: gamma.storage.base,
        beta: beta.storage.base)
    }
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
    let width = 128
    let parts = (channels + width - 1) / width
    func sum(_ function: ReductionFunction, center: UnsafePointer<Float>?) {
      context.workers.forEach(samples * parts) { part in
        let sample = part / parts
        let first = part % parts * width
        reduceRows(
          function, input: source + sample * rows * input.rowStride, rows: rows, rowStride: input.rowStride,
          columns: first..<min(first + width, channels), center: center.map { $0 + sample * channels },
          output: sums + sample * channels)
      }
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
    for sample in 0..<samples {
      let from = source + sample * rows * input.rowStride
      let to = target + sample * rows * output.rowStride
      context.forEachRows(rows, columns: channels) { rows in
        affineRows(
          input: from + rows.lowerBound * input.rowStride, inputStride: input.rowStride,
          output: to + rows.lowerBound * output.rowStride, outputStride: output.rowStride,
          rows: rows.count, channels: channels, scale: scale + sample * channels,
          offset: offset + sample * channels)
      }
    }
  }
}
