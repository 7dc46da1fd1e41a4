import Kernels
import TestSupport
import Testing

@testable import Inference

/// The fast steps of convolutions, matrix products and pooling against their definitions.
struct ProductTests {
  /// Memory for one operation's operands, some of them parts of wider tensors.
  final class Bench {
    private(set) var random: SystemRandom
    private var values: [Float] = []

    init(seed: Int) { random = SystemRandom(seed: seed) }

    /// Takes memory for a tensor, filled with random values.
    func operand(_ shape: [Int], gap: Int = 0) -> Operand {
      let stride = (shape.last ?? 1) + gap
      let offset = values.count
      let count = shape.dropLast().reduce(1, *) * stride
      for _ in 0..<(count + 15) / 16 * 16 { values.append(random.value()) }
      return Operand(home: .arena(offset: offset), shape: shape, rowStride: stride)
    }

    func tensor(_ shape: [Int]) -> Tensor {
      Tensor(shape: shape, (0..<shape.reduce(1, *)).map { _ in random.value() })
    }

    /// The whole memory after each of a step's runs: the first, those between slices of packing, and those for which
    /// all weights are kept.
    func run(_ step: any Step, threads: Int) -> (first: [Float], later: [[Float]]) {
      let workers = Workers(count: threads)
      let weights = PackedMemory([step.packedWeights], workers)
      let packing = MemoryPlan.aligned(step.scratch)
      let scratchCount = packing + PackedMemory.firstRunCount(step.packedWeights) + 16
      var scratch = [Float](repeating: .nan, count: scratchCount)
      func run() -> [Float] {
        var arena = values
        arena.withUnsafeMutableBufferPointer { arena in
          scratch.withUnsafeMutableBufferPointer { scratch in
            guard let base = arena.baseAddress, let extra = scratch.baseAddress else { return }
            // Tables of pointers need the alignment that a plan gives them.
            let aligned = UnsafeMutableRawPointer(extra).alignedUp(toMultipleOf: 16)
              .assumingMemoryBound(to: Float.self)
            weights.prepare(0, in: aligned + packing)
            step.run(RunContext(arena: base, scratch: aligned, workers: workers))
            weights.finish(0)
          }
        }
        return arena
      }
      let first = run()
      var later: [[Float]] = []
      let slice = step.packedWeights.reduce(0) { $0 + $1.count } / 2 + 1
      while weights.packNext(slice) { later.append(run()) }
      if !step.packedWeights.isEmpty { later += [run(), run()] }
      return (first, later)
    }
  }

  /// A small generator, so that a case is the same in every run.
  struct SystemRandom {
    private var state: UInt64
    init(seed: Int) { state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next(_ range: ClosedRange<Int>) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return range.lowerBound + Int(state >> 33) % range.count
    }

    mutating func value() -> Float { Float(next(-1000...1000)) / 1000 }
    mutating func element<T>(_ values: [T]) -> T { values[next(0...values.count - 1)] }
  }

  /// Runs the fast step with one thread and three, with its weights in all states, and compares all memory with the
  /// direct step's.
  private func check(
    _ bench: Bench, _ operation: Operation, _ inputs: [Operand], outputShape: [Int], gap: Int = 0,
    activation: Unary? = nil, residual: Bool = false, error: Double = 1e-7,
    sourceLocation: SourceLocation = #_sourceLocation,
    make: (Lowering, Graph.Node, [Operand], Operand) throws -> (any Step)? = {
      try $0.steps($1, $2, $3).first
    }
  ) throws {
    var node = Graph.Node(name: "layer", operation: operation, inputs: [], shape: Shape(outputShape))
    node.activation = activation
    node.addsResidual = residual
    var inputs = inputs
    if residual { inputs.append(bench.operand(outputShape, gap: gap)) }
    let output = bench.operand(outputShape, gap: gap)
    let direct = try #require(DirectStep(node, inputs, output))
    let expected = bench.run(direct, threads: 1).first
    try #require(!expected.contains { !$0.isFinite })
    let scale = Double(expected.reduce(1) { max($0, abs($1)) })
    for kernels in KernelSet.all {
      var first: [Float] = []
      for threads in [1, 3] {
        let graph = Graph()
        let lowering = Lowering(
          graph: graph, memory: MemoryPlan(graph),
          packing: Packing(workers: Workers(count: threads), kernels: kernels))
        let step = try #require(try make(lowering, node, inputs, output))
        let (actual, later) = bench.run(step, threads: threads)
        // Sums of so many values between -1 and 1, each rounded.
        let tolerance = 1e-6 * scale + error * step.flops / Double(output.count)
        #expect(
          difference(actual, expected, within: .absolute(tolerance)) == nil, "\(step.kernel)",
          sourceLocation: sourceLocation)
        if threads == 1 { first = actual }
        #expect(actual == first, "one thread and \(threads) differ", sourceLocation: sourceLocation)
        #expect(
          later.allSatisfy { $0 == actual }, "a run differs from the first", sourceLocation: sourceLocation)
      }
    }
  }

  private static let activations: [Unary?] = [
    nil, .relu(), .relu(ceiling: 6), .swish, .gelu(approximate: false),
  ]

  /// A border, and the output size of one axis that it gives.
  private func outputSize(
    _ size: Int, _ window: Int, _ stride: Int, _ dilation: Int, same: Bool, padding: Int
  ) -> Int {
    same ? (size + stride - 1) / stride : (size + padding - (window - 1) * dilation - 1) / stride + 1
  }

  @Test("convolution", arguments: 0..<100)
  func convolution(seed: Int) throws {
    let bench = Bench(seed: seed)
    var random = SystemRandom(seed: seed + 1000)
    let kernel = Extent(random.next(1...3), random.element([1, 1, 2, 3, 3, 4]))
    let strides = random.element([Extent(1, 1), Extent(1, 1), Extent(2, 2), Extent(1, 3)])
    let dilation = random.element([Extent(1, 1), Extent(1, 1), Extent(2, 2), Extent(3, 1)])
    let groups = random.element([1, 1, 1, 2, 3])
    let depth = seed % 10 == 0 ? 400 : random.element([1, 3, 4, 16, 33, 64])
    let filters = seed % 10 == 0 ? 18 : random.element([1, 3, 8, 16, 17, 24, 31, 48])
    let same = random.next(0...1) == 0
    let border =
      same ? Border.same : random.element([.valid, .explicit(top: 1, bottom: 0, left: 2, right: 1)])
    let padding = border == .valid || same ? (0, 0) : (1, 3)
    let size = Extent(random.next(7...9), random.next(9...12))
    let batch = random.next(1...2)
    let input = bench.operand(
      [batch, size.height, size.width, depth * groups], gap: random.element([0, 0, 5]))
    let shape = [
      batch,
      outputSize(size.height, kernel.height, strides.height, dilation.height, same: same, padding: padding.0),
      outputSize(size.width, kernel.width, strides.width, dilation.width, same: same, padding: padding.1),
      filters * groups,
    ]
    try check(
      bench,
      .convolution(
        Convolution(
          kernel: bench.tensor([kernel.height, kernel.width, depth, filters * groups]),
          bias: random.next(0...1) == 0 ? nil : bench.tensor([filters * groups]), strides: strides,
          dilation: dilation, border: border, groups: groups)), [input], outputShape: shape,
      gap: random.element([0, 7]), activation: random.element(ProductTests.activations),
      residual: random.next(0...1) == 1)
  }

  @Test("Winograd's convolution", arguments: 0..<80)
  func winograd(seed: Int) throws {
    let bench = Bench(seed: seed)
    var random = SystemRandom(seed: seed + 8000)
    let (channels, filters) = (random.element([16, 32, 48]), random.element([16, 48, 64]))
    let same = random.next(0...1) == 0
    let window = random.element([
      Extent(3, 3), Extent(3, 3), Extent(5, 5), Extent(1, 3), Extent(3, 1), Extent(1, 7), Extent(7, 1),
    ])
    let tile = random.element(WinogradTile.choices(windowHeight: window.height, windowWidth: window.width))
    let size = Extent(random.next(window.height...11), random.next(window.width...14))
    let lost = same ? Extent(0, 0) : Extent(window.height - 1, window.width - 1)
    try check(
      bench,
      .convolution(
        Convolution(
          kernel: bench.tensor([window.height, window.width, channels, filters]),
          bias: random.next(0...1) == 0 ? nil : bench.tensor([filters]), border: same ? .same : .valid)),
      [bench.operand([2, size.height, size.width, channels], gap: random.element([0, 5]))],
      outputShape: [2, size.height - lost.height, size.width - lost.width, filters],
      gap: random.element([0, 7]), activation: random.element(ProductTests.activations),
      residual: random.next(0...1) == 1, error: 1e-6
    ) { lowering, node, inputs, output in
      guard case .convolution(let convolution) = node.operation else { return nil }
      return WinogradStep(
        name: node.name, tile, convolution, input: inputs[0], output: output,
        epilogue: Epilogue(residual: node.addsResidual ? inputs.last : nil, activation: node.activation),
        packing: lowering.packing)
    }
  }

  @Test("pointwise convolution and dense layers", arguments: 0..<80)
  func dense(seed: Int) throws {
    let bench = Bench(seed: seed)
    var random = SystemRandom(seed: seed + 2000)
    let rows = random.element([1, 1, 2, 5, 7, 13, 49, 100])
    let (inner, units) = (random.next(1...900), random.next(1...40))
    let bias = random.next(0...1) == 0 ? nil : bench.tensor([units])
    let isDense = random.next(0...1) == 0
    let gap = rows == 1 ? 0 : random.element([0, 3])
    let kernel = bench.tensor(isDense ? [inner, units] : [1, 1, inner, units])
    try check(
      bench,
      isDense
        ? .dense(Dense(kernel: kernel, bias: bias)) : .convolution(Convolution(kernel: kernel, bias: bias)),
      [bench.operand(isDense ? [rows, inner] : [1, 1, rows, inner], gap: gap)],
      outputShape: isDense ? [rows, units] : [1, 1, rows, units], gap: gap,
      activation: random.element(ProductTests.activations), residual: random.next(0...1) == 1)
  }

  @Test("weights that a step packs part by part", arguments: 0..<16)
  func parts(seed: Int) throws {
    let bench = Bench(seed: seed)
    var random = SystemRandom(seed: seed + 9000)
    // Panels that three threads can share, of whole and of narrow width at the end; a depth of one part and of several.
    let columns = random.element([384, 391, 400, 404, 408, 416])
    let isWindow = random.next(0...2) == 0
    let inner = isWindow ? random.element([64, 97]) : random.element([400, 801, 1600])
    let rows = random.element([2, 7, 25])
    let bias = random.next(0...1) == 0 ? nil : bench.tensor([columns])
    let gap = random.element([0, 16])
    let side = isWindow ? 3 : 1
    let isDense = !isWindow && random.next(0...1) == 0
    let kernel = bench.tensor(isDense ? [inner, columns] : [side, side, inner, columns])
    let operation: Operation =
      isDense
      ? .dense(Dense(kernel: kernel, bias: bias))
      : .convolution(Convolution(kernel: kernel, bias: bias, border: .same))
    try check(
      bench, operation, [bench.operand(isDense ? [rows, inner] : [1, 1, rows, inner], gap: gap)],
      outputShape: isDense ? [rows, columns] : [1, 1, rows, columns], gap: gap,
      activation: random.element(ProductTests.activations), residual: random.next(0...1) == 1
    ) { lowering, node, inputs, output in
      let step = try lowering.steps(node, inputs, output).first
      let weights = try #require(step?.packedWeights.first)
      #expect(weights.firstRunCount == lowering.packing.workers.count * UnpackedWeights.partCount)
      return step
    }
  }

  @Test("depthwise convolution", arguments: 0..<200)
  func depthwise(seed: Int) throws {
    let bench = Bench(seed: seed)
    var random = SystemRandom(seed: seed + 3000)
    let kernel = Extent(random.next(1...5), random.element([2, 3, 3, 3, 5, 5, 7]))
    let strides = random.element([Extent(1, 1), Extent(2, 2), Extent(1, 3)])
    let dilation = random.element([Extent(1, 1), Extent(1, 1), Extent(2, 2)])
    let channels = random.element([1, 5, 8, 24, 27, 40, 64])
    let multiplier = random.element([1, 1, 1, 2, 3])
    let size = Extent(random.next(10...13), random.next(14...31))
    // A wide border leaves whole windows outside the image.
    let sides = (random.next(0...6), random.next(0...6), random.next(0...6), random.next(0...6))
    let border = random.element([
      Border.same, .valid, .explicit(top: sides.0, bottom: sides.1, left: sides.2, right: sides.3),
    ])
    let (same, wide) = (border == .same, border != .same && border != .valid)
    try check(
      bench,
      .depthwiseConvolution(
        DepthwiseConvolution(
          kernel: bench.tensor([kernel.height, kernel.width, channels, multiplier]),
          bias: random.next(0...1) == 0 ? nil : bench.tensor([channels * multiplier]), strides: strides,
          dilation: dilation, border: border)),
      [bench.operand([2, size.height, size.width, channels], gap: random.element([0, 3]))],
      outputShape: [
        2,
        outputSize(
          size.height, kernel.height, strides.height, dilation.height, same: same,
          padding: wide ? sides.0 + sides.1 : 0),
        outputSize(
          size.width, kernel.width, strides.width, dilation.width, same: same,
          padding: wide ? sides.2 + sides.3 : 0), channels * multiplier,
      ], gap: random.element([0, 3]), activation: random.element(ProductTests.activations))
  }

  @Test("pooling", arguments: 0..<60)
  func pooling(seed: Int) throws {
    let bench = Bench(seed: seed)
    var random = SystemRandom(seed: seed + 4000)
    let window = Extent(random.next(1...4), random.next(1...4))
    let strides = Extent(random.next(1...3), random.next(1...3))
    let same = random.next(0...1) == 0
    let size = Extent(random.next(4...13), random.next(4...13))
    let channels = random.element([1, 5, 8, 27, 64])
    try check(
      bench,
      .pooling(
        Pooling(
          random.element([.max, .average]), window: window, strides: strides, border: same ? .same : .valid)),
      [bench.operand([2, size.height, size.width, channels], gap: random.element([0, 3]))],
      outputShape: [
        2, outputSize(size.height, window.height, strides.height, 1, same: same, padding: 0),
        outputSize(size.width, window.width, strides.width, 1, same: same, padding: 0), channels,
      ], gap: random.element([0, 3]))
  }

  @Test("matrix products of two tensors", arguments: 0..<60)
  func matMul(seed: Int) throws {
    let bench = Bench(seed: seed)
    var random = SystemRandom(seed: seed + 5000)
    let (rows, inner, columns) = (random.next(1...60), random.next(1...500), random.next(1...50))
    let (transposeA, transposeB) = (random.next(0...1) == 1, random.next(0...1) == 1)
    let (a, b, result): ([Int], [Int], [Int]) = random.element([
      ([], [], []), ([2, 3], [2, 3], [2, 3]), ([3], [], [3]), ([], [2], [2]), ([2, 1], [3], [2, 3]),
    ])
    try check(
      bench, .matMul(transposeA: transposeA, transposeB: transposeB),
      [
        bench.operand(a + (transposeA ? [inner, rows] : [rows, inner])),
        bench.operand(b + (transposeB ? [columns, inner] : [inner, columns])),
      ], outputShape: result + [rows, columns])
  }

  @Test("locally connected", arguments: 0..<20)
  func locallyConnected(seed: Int) throws {
    let bench = Bench(seed: seed)
    var random = SystemRandom(seed: seed + 6000)
    let window = Extent(random.next(1...3), random.next(1...3))
    let strides = Extent(random.next(1...2), random.next(1...2))
    let (channels, filters) = (random.next(1...9), random.next(1...20))
    let size = Extent((7 - window.height) / strides.height + 1, (6 - window.width) / strides.width + 1)
    try check(
      bench,
      .locallyConnected(
        LocallyConnected(
          kernel: bench.tensor([size.height * size.width, window.height * window.width * channels, filters]),
          bias: bench.tensor([size.height, size.width, filters]), window: window, strides: strides)),
      [bench.operand([2, 7, 6, channels])], outputShape: [2, size.height, size.width, filters])
  }

  @Test("transposed convolution", arguments: 0..<60)
  func transposed(seed: Int) throws {
    let bench = Bench(seed: seed)
    var random = SystemRandom(seed: seed + 7000)
    let (channels, filters) = (random.next(1...20), random.next(1...20))
    let strides = Extent(random.next(1...3), random.next(1...3))
    // Keras refuses strides and dilation together.
    let dilation = strides == Extent(1, 1) ? Extent(random.next(1...2), random.next(1...2)) : Extent(1, 1)
    let operation = Operation.transposedConvolution(
      TransposedConvolution(
        kernel: bench.tensor([random.next(1...4), random.next(1...4), filters, channels]),
        bias: random.next(0...1) == 0 ? nil : bench.tensor([filters]), strides: strides, dilation: dilation,
        border: random.element([.same, .valid])))
    let shape = try operation.resultShape([[2, 5, 6, channels]]).compactMap { $0 }
    try check(bench, operation, [bench.operand([2, 5, 6, channels])], outputShape: shape)
  }
}
