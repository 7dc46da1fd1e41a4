import Testing

@testable import Inference

/// Passes and memory plan must not change what a graph computes.
struct PlanTests {
  private static func input(seed: UInt64, _ graph: Graph, batch: Int) -> Tensor {
    var generator = SeededGenerator(seed: seed &+ 1000)
    let shape = [batch] + graph.shape(of: graph.inputs[0].value).dropFirst().map { $0 ?? 1 }
    return Tensor(
      shape: shape, (0..<shape.reduce(1, *)).map { _ in Float.random(in: -1...1, using: &generator) })
  }

  @Test("the optimised plan computes what the plain one does, for any number of threads", arguments: 0..<120)
  func randomGraphs(seed: UInt64) throws {
    let graph = try RandomGraph(seed: seed).graph
    let batch = Int(seed % 3) + 1
    let input = PlanTests.input(seed: seed, graph, batch: batch)
    let plain = try Plan(
      graph, inputShapes: [input.shape], workers: Workers(count: 1),
      options: PlanOptions(optimizes: false, sharesMemory: false, replacement: DirectStep.init))
    let expected = plain.outputs(for: [input])
    let shared = try Plan(
      graph, inputShapes: [input.shape], workers: Workers(count: 1),
      options: PlanOptions(optimizes: false, sharesMemory: true, replacement: DirectStep.init))
    // NaN and infinity hide the values that they are computed from.
    let isFinite = expected.allSatisfy { $0.values.allSatisfy(\.isFinite) }
    try #require(isFinite)
    for (a, b) in zip(shared.outputs(for: [input]), expected) {
      #expect(difference(a, b, within: .exact) == nil, "sharing memory changes nothing")
    }
    #expect(shared.arenaBytes <= plain.arenaBytes)

    for kernels in KernelSet.all {
      try check(graph, input, kernels, expected, steps: plain.steps.count)
    }
  }

  private func check(
    _ graph: Graph, _ input: Tensor, _ kernels: KernelSet, _ expected: [Tensor], steps: Int
  ) throws {
    var first: [[Float]] = []
    for threads in 1...3 {
      let plan = try Plan(
        graph, inputShapes: [input.shape], workers: Workers(count: threads),
        options: PlanOptions(kernels: kernels))
      let outputs = plan.outputs(for: [input])
      for (a, b) in zip(outputs, expected) {
        #expect(difference(a, b, within: .scaled(1e-5)) == nil, "\(kernels.name)")
      }
      if first.isEmpty { first = outputs.map { Array($0.values) } }
      #expect(outputs.map { Array($0.values) } == first)
      // Other values are left in the arena than before the first run.
      #expect(plan.outputs(for: [input]).map { Array($0.values) } == first)
      #expect(plan.steps.count <= steps)
    }
  }

  @Test("no two values that are alive together overlap", arguments: 0..<120)
  func memory(seed: UInt64) throws {
    var graph = try RandomGraph(seed: seed).graph
    graph = try graph.specialized([[2] + graph.shape(of: graph.inputs[0].value).dropFirst().map { $0 ?? 1 }])
    if seed % 2 == 0 { try graph.optimize() }
    let memory = MemoryPlan(graph)
    // Which value each cell of the arena holds, replayed node by node.
    var holder = Array(repeating: -1, count: memory.count)
    func cells(_ index: Int) -> [Int] {
      guard let home = memory.placements[index] else { return [] }
      let columns = graph.nodes[index].sizes.last ?? 1
      let rows = graph.nodes[index].sizes.dropLast().reduce(1, *)
      return (0..<rows).flatMap { row in
        (0..<columns).map { memory.offset(home) + row * home.rowStride + $0 }
      }
    }
    /// Whether other values' steps wrote the cells.
    func isView(_ index: Int) -> Bool {
      switch graph.nodes[index].operation {
      case .reshape, .slice, .concatenation: true
      default: false
      }
    }
    func isIntact(_ index: Int) -> Bool { isView(index) || cells(index).allSatisfy { holder[$0] == index } }
    for input in graph.inputs { for cell in cells(input.value.index) { holder[cell] = input.value.index } }
    for (index, node) in graph.nodes.enumerated() where memory.placements[index] != nil {
      for input in node.inputs {
        #expect(isIntact(input.index), "\(node.name) reads what is gone")
      }
      if graph.isInput(index) || isView(index) { continue }
      for cell in cells(index) {
        try #require(cell < memory.count)
        holder[cell] = index
      }
    }
    for output in graph.outputs { #expect(isIntact(output.value.index)) }
  }

  @Test("a dense block's concatenations take no step and no memory of their own")
  func denseBlock() throws {
    var graph = Graph()
    var generator = SeededGenerator(seed: 1)
    func kernel(_ shape: [Int]) -> Tensor {
      Tensor(shape: shape, (0..<shape.reduce(1, *)).map { _ in Float.random(in: -1...1, using: &generator) })
    }
    var value = graph.addInput(name: "in", shape: [nil, 8, 8, 4])
    value = try graph.add(
      .convolution(Convolution(kernel: kernel([1, 1, 4, 16]), bias: nil)), [value], name: "stem")
    for block in 0..<3 {
      let channels = 16 + block * 8
      let ones = Tensor(shape: [channels], Array(repeating: 1, count: channels))
      let norm = try graph.add(.affine(scale: ones, offset: ones, axis: 3), [value], name: "norm \(block)")
      let relu = try graph.add(.unary(.relu()), [norm], name: "relu \(block)")
      let growth = try graph.add(
        .convolution(Convolution(kernel: kernel([3, 3, channels, 8]), bias: nil, border: .same)), [relu],
        name: "growth \(block)")
      value = try graph.add(.concatenation(axis: 3), [value, growth], name: "concat \(block)")
    }
    value = try graph.add(.reduction(.mean, axes: [1, 2], keepDimensions: false), [value], name: "pool")
    graph.addOutput(value, name: "out")
    let plan = try Plan(graph, inputShapes: [[1, 8, 8, 4]], workers: Workers(count: 1))
    #expect(!plan.steps.contains { $0.kernel == "copy" })
    // Stem, three times normalisation with relu and convolution, and the mean.
    #expect(plan.steps.count == 8)
  }

  @Test("batch normalisation, activation and residual become part of the convolution")
  func residualBlock() throws {
    var graph = Graph()
    let kernel = Tensor(shape: [3, 3, 4, 4], (0..<144).map { Float($0 % 7) - 3 })
    let four = Tensor(shape: [4], [0.5, -1, 2, 0.25])
    let input = graph.addInput(name: "in", shape: [nil, 6, 6, 4])
    let padded = try graph.add(
      .padding(before: [0, 1, 1, 0], after: [0, 1, 1, 0], mode: .constant(0)), [input], name: "pad")
    let convolved = try graph.add(
      .convolution(Convolution(kernel: kernel, bias: nil)), [padded], name: "conv")
    let normal = try graph.add(.affine(scale: four, offset: four, axis: 3), [convolved], name: "bn")
    let sum = try graph.add(.binary(.add), [normal, input], name: "add")
    graph.addOutput(try graph.add(.unary(.relu()), [sum], name: "relu"), name: "out")
    let plan = try Plan(graph, inputShapes: [[1, 6, 6, 4]], workers: Workers(count: 1))
    #expect(plan.steps.count == 1)
    #expect(plan.steps[0].name == "conv")
    #expect(Set(plan.steps[0].fused) == ["pad", "bn", "add", "relu"])
  }

  @Test("hard swish written out is one activation of the convolution before")
  func hardSwish() throws {
    var graph = Graph()
    let input = graph.addInput(name: "in", shape: [nil, 4, 4, 3])
    let kernel = Tensor(shape: [1, 1, 3, 5], (0..<15).map { Float($0) - 7 })
    let value = try graph.add(.convolution(Convolution(kernel: kernel, bias: nil)), [input], name: "conv")
    let three = graph.addConstant(Tensor(shape: [], [3]), name: "three")
    let shifted = try graph.add(.binary(.add), [value, three], name: "shift")
    let clipped = try graph.add(.unary(.relu(ceiling: 6)), [shifted], name: "relu6")
    let sixth = graph.addConstant(Tensor(shape: [], [1 / 6]), name: "sixth")
    let gate = try graph.add(.binary(.multiply), [clipped, sixth], name: "scale")
    graph.addOutput(try graph.add(.binary(.multiply), [value, gate], name: "multiply"), name: "out")
    let plan = try Plan(graph, inputShapes: [[1, 4, 4, 3]], workers: Workers(count: 1))
    #expect(plan.steps.count == 1)
  }

  @Test("a mean after a 1 x 1 convolution is taken before it")
  func transition() throws {
    var graph = Graph()
    let input = graph.addInput(name: "in", shape: [nil, 8, 8, 3])
    let kernel = Tensor(shape: [1, 1, 3, 5], (0..<15).map { Float($0) - 7 })
    let value = try graph.add(.convolution(Convolution(kernel: kernel, bias: nil)), [input], name: "conv")
    let pooling = Pooling(.average, window: Extent(2, 2), strides: Extent(2, 2), border: .valid)
    graph.addOutput(try graph.add(.pooling(pooling), [value], name: "pool"), name: "out")
    let plan = try Plan(graph, inputShapes: [[1, 8, 8, 3]], workers: Workers(count: 1))
    #expect(plan.steps.map(\.name) == ["pool", "conv"])
    #expect(plan.steps.map(\.shape) == [[1, 4, 4, 3], [1, 4, 4, 5]])
  }

  @Test("an output that is an input or a constant")
  func trivialOutputs() throws {
    var graph = Graph()
    let input = graph.addInput(name: "in", shape: [nil, 3])
    graph.addOutput(input, name: "same")
    graph.addOutput(graph.addConstant(Tensor(shape: [2], [1, 2]), name: "constant"), name: "constant")
    graph.addOutput(try graph.add(.unary(.negative), [input], name: "negative"), name: "negative")
    let plan = try Plan(graph, inputShapes: [[1, 3]], workers: Workers(count: 1))
    let outputs = plan.outputs(for: [Tensor(shape: [1, 3], [1, 2, 3])]).map { Array($0.values) }
    #expect(outputs == [[1, 2, 3], [1, 2], [-1, -2, -3]])
  }

  @Test("shapes that do not fit are refused with the layer's name")
  func refusals() throws {
    var graph = Graph()
    let input = graph.addInput(name: "in", shape: [nil, nil, nil, 3])
    let kernel = Tensor(shape: [5, 5, 3, 1], Array(repeating: 1, count: 75))
    let value = try graph.add(.convolution(Convolution(kernel: kernel, bias: nil)), [input], name: "conv")
    graph.addOutput(value, name: "out")
    func reason(_ shapes: [[Int]]) -> String {
      do throws(PlanError) {
        _ = try Plan(graph, inputShapes: shapes, workers: Workers(count: 1))
        return "none"
      } catch {
        return error.description
      }
    }
    #expect(reason([]).contains("1 inputs"))
    #expect(reason([[1, 8, 8]]).contains("(None, None, None, 3)"))
    #expect(reason([[1, 8, 8, 4]]).contains("in"))
    #expect(reason([[1, 4, 8, 3]]).contains("\"conv\""))
    #expect(reason([[1, 4, 8, 3]]).contains("a window of 5 does not fit into an axis of 4"))
    #expect(reason([[0, 8, 8, 3]]).contains("empty"))
    #expect(reason([[1, Int.max, Int.max, 3]]).contains("too large"))
    #expect(reason([[1 << 20, 1 << 20, 1 << 20, 3]]).contains("too large"))
    #expect(reason([[1 << 10, 1 << 13, 1 << 13, 3]]).contains("the machine has"))
    #expect(reason([[1, 8, 8, 3]]) == "none")
  }
}
