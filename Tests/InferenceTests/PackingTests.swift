import Testing

@testable import Inference

/// Weights may be packed at any time between runs, in slices of any size: no run's results may depend on it.
struct PackingTests {
  private static func input(_ graph: Graph, seed: UInt64) -> Tensor {
    var generator = SeededGenerator(seed: seed)
    let shape = [1] + graph.shape(of: graph.inputs[0].value).dropFirst().map { $0 ?? 1 }
    return Tensor(
      shape: shape, (0..<shape.reduce(1, *)).map { _ in Float.random(in: -1...1, using: &generator) })
  }

  /// Runs, packs slices at random, runs, until all is packed.
  /// - Returns: how many slices there were.
  private func check(_ graph: Graph, seed: UInt64, slices: ClosedRange<Int>) throws -> Int {
    var generator = SeededGenerator(seed: seed &+ 500)
    let input = PackingTests.input(graph, seed: seed)
    var first: [[Float]]?
    var count = 0
    for threads in 1...3 {
      let plan = try Plan(graph, inputShapes: [input.shape], workers: Workers(count: threads))
      func run(_ when: String) {
        let outputs = plan.outputs(for: [input]).map { Array($0.values) }
        first = first ?? outputs
        #expect(outputs == first, "seed \(seed), \(threads) threads, \(when)")
      }
      if seed % 4 != 0 { run("nothing packed") }
      var more = true
      while more {
        for _ in 0..<Int.random(in: 1...3, using: &generator) where more {
          more = plan.packNext(count: Int.random(in: slices, using: &generator))
          count += 1
        }
        run("after \(count) slices")
        if count > 12, seed % 3 == 0, more {
          plan.packAll()
          more = plan.packNext()
          #expect(!more)
          run("all packed")
        }
      }
      run("all packed")
    }
    return count
  }

  @Test("runs between slices of packing compute what the first run does", arguments: 0..<60)
  func randomGraphs(seed: UInt64) throws {
    let count = try check(try RandomGraph(seed: seed).graph, seed: seed, slices: 1...400)
    #expect(count >= 3)
  }

  /// Weights of all kinds: by Winograd's method, large ones that steps pack themselves, and of several groups.
  private static func largeGraph(seed: UInt64) throws -> Graph {
    var generator = SeededGenerator(seed: seed)
    func tensor(_ shape: [Int]) -> Tensor {
      Tensor(
        shape: shape,
        (0..<shape.reduce(1, *)).map { _ in Float.random(in: -0.1...0.1, using: &generator) })
    }
    var graph = Graph()
    var value = graph.addInput(name: "in", shape: [nil, 28, 28, 16])
    func add(_ name: String, _ convolution: Convolution) throws {
      value = try graph.add(.convolution(convolution), [value], name: name)
    }
    try add("lines", Convolution(kernel: tensor([3, 3, 16, 64]), bias: tensor([64]), border: .same))
    try add("winograd", Convolution(kernel: tensor([3, 3, 64, 64]), bias: tensor([64]), border: .same))
    try add("groups", Convolution(kernel: tensor([3, 3, 32, 96]), bias: nil, border: .same, groups: 2))
    try add("wide", Convolution(kernel: tensor([1, 1, 96, 400]), bias: tensor([400])))
    try add("large", Convolution(kernel: tensor([1, 1, 400, 384]), bias: tensor([384])))
    graph.addOutput(value, name: "out")
    return graph
  }

  @Test("the same for large weights", arguments: 0..<4)
  func largeWeights(seed: UInt64) throws {
    let graph = try PackingTests.largeGraph(seed: seed)
    let plan = try Plan(graph, inputShapes: [[1, 28, 28, 16]], workers: Workers(count: 1))
    #expect(plan.steps.contains { $0.kernel.hasPrefix("winograd") })
    #expect(try check(graph, seed: seed, slices: 10_000...60_000) >= 3)
  }

  @Test("a slice is a small part of large weights")
  func slices() throws {
    let graph = try PackingTests.largeGraph(seed: 1)
    let plan = try Plan(graph, inputShapes: [[1, 28, 28, 16]], workers: Workers(count: 1))
    var count = 1
    while plan.packNext() { count += 1 }
    #expect(count >= plan.weightBytes / 4 / PackedMemory.sliceCount)
    #expect(count > 2)
    #expect(!plan.packNext(), "nothing is left")
  }

  /// A step of one convolution with 400 x 384 weights, and their storage.
  private func step(_ bench: ProductTests.Bench, rows: Int) -> (any Step, () -> TensorStorage?) {
    let kernel = bench.tensor([1, 1, 400, 384])
    let step = ConvolutionStep(
      name: "layer", Convolution(kernel: kernel, bias: nil), input: bench.operand([1, 1, rows, 400]),
      output: bench.operand([1, 1, rows, 384]), epilogue: Epilogue(),
      packing: Packing(workers: Workers(count: 2), kernels: .best))
    return (step, { [weak storage = kernel.storage] in storage })
  }

  @Test("weights that are kept let go of what they were made from, others do not", arguments: [7, 2000])
  func release(rows: Int) throws {
    let bench = ProductTests.Bench(seed: 1)
    let (step, source) = step(bench, rows: rows)
    let workers = Workers(count: 2)
    let memory = PackedMemory([step.packedWeights], workers)
    let room = UnsafeMutablePointer<Float>.allocate(
      capacity: PackedMemory.firstRunCount(step.packedWeights))
    defer { room.deallocate() }
    for _ in 1...3 {
      memory.prepare(0, in: room)
      memory.finish(0)
      #expect(source() != nil, "a run keeps nothing")
    }
    #expect(memory.packNext(1000))
    #expect(source() != nil, "part of the weights is not all")
    memory.packAll()
    #expect(memory.isComplete)
    #expect(source() == nil)
    let base = step.packedWeights[0].base
    memory.prepare(0, in: room)
    #expect(step.packedWeights[0].base == base, "kept weights stay where they are")
    memory.finish(0)
    #expect(step.packedWeights[0].base == base)
  }

  @Test("where the system refuses memory for all weights, they are packed for each run")
  func refusal() throws {
    let bench = ProductTests.Bench(seed: 1)
    let (step, source) = step(bench, rows: 2000)
    let weights = step.packedWeights[0]
    let endless = PackedWeights(
      count: 1 << 50,
      PackedWeights.Source([], pieces: 1) { _, _ in Issue.record("there is no memory for it") })
    let memory = PackedMemory([[weights], [endless]], Workers(count: 1))
    let room = UnsafeMutablePointer<Float>.allocate(capacity: weights.count)
    defer { room.deallocate() }
    for _ in 1...2 {
      #expect(!memory.packNext())
      memory.packAll()
      memory.prepare(0, in: room)
      #expect(weights.base == UnsafePointer(room))
      memory.finish(0)
    }
    #expect(!memory.isComplete && !weights.isKept && source() != nil)
  }
}
