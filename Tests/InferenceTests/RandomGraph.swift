@testable import Inference

/// A generator of numbers that gives the same ones for the same seed.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 &+ 1 }

  mutating func next() -> UInt64 {
    // Marsaglia's xorshift64.
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }
}

/// Draws graphs in which everything that passes and memory plan treat specially occurs.
struct RandomGraph {
  private(set) var graph = Graph()
  private var generator: SeededGenerator
  private var images: [Graph.ValueID] = []

  init(seed: UInt64) throws {
    generator = SeededGenerator(seed: seed)
    let size = Int.random(in: 5...9, using: &generator)
    images.append(graph.addInput(name: "image", shape: [nil, size, size + 1, 3]))
    for _ in 0..<Int.random(in: 6...24, using: &generator) { try addLayer() }
    // The last value, one from the middle, and a classifier's head.
    for value in [images[images.count - 1], images[images.count / 2]] {
      graph.addOutput(value, name: "image \(value.index)")
    }
    try addHead()
  }

  mutating func tensor(_ shape: [Int], scale: Float = 0.5) -> Tensor {
    Tensor(
      shape: shape, (0..<shape.reduce(1, *)).map { _ in Float.random(in: -scale...scale, using: &generator) })
  }

  private mutating func pick() -> Graph.ValueID {
    // Recent values are likelier, so that the graph gets deep.
    let recent = images.suffix(4)
    let pool = Bool.random(using: &generator) ? Array(recent) : images
    return pool[Int.random(in: 0..<pool.count, using: &generator)]
  }

  private func shape(_ value: Graph.ValueID) -> [Int] {
    graph.shape(of: value).map { $0 ?? -1 }
  }

  private mutating func add(_ operation: Operation, _ inputs: [Graph.ValueID]) throws {
    images.append(try graph.add(operation, inputs, name: "layer \(graph.nodes.count)"))
  }

  private mutating func addLayer() throws {
    let value = pick()
    let shape = shape(value)
    let channels = shape[3]
    switch Int.random(in: 0..<24, using: &generator) {
    case 0, 1, 2:
      let filters = Int.random(in: 2...9, using: &generator)
      let window = [1, 3].randomElement(using: &generator) ?? 1
      try add(
        .convolution(
          Convolution(
            kernel: tensor([window, window, channels, filters]),
            bias: Bool.random(using: &generator) ? tensor([filters]) : nil,
            border: shape[1] < 3 || Bool.random(using: &generator) ? .same : .valid)), [value])
    case 3:
      try add(
        .depthwiseConvolution(
          DepthwiseConvolution(kernel: tensor([3, 3, channels, 1]), bias: nil, border: .same)), [value])
    case 4, 5:
      try add(.affine(scale: tensor([channels], scale: 1.5), offset: tensor([channels]), axis: 3), [value])
    case 6, 7:
      let functions: [Unary] = [
        .relu(), .sigmoid, .swish, .tanh, .linear(scale: 1, offset: 0), .linear(scale: 0.5, offset: 0.25),
        .sin, .relu(ceiling: 6),
      ]
      try add(.unary(functions.randomElement(using: &generator) ?? .relu()), [value])
    case 8, 9:
      let partner = images.last { self.shape($0) == shape && $0 != value } ?? value
      try add(.binary([.add, .add, .multiply].randomElement(using: &generator) ?? .add), [value, partner])
    case 10, 11, 12:
      let partners = images.filter { self.shape($0).dropLast() == shape.dropLast() }.shuffled(
        using: &generator)
      try add(.concatenation(axis: -1), [value] + partners.prefix(2))
    case 13:
      try add(.padding(before: [0, 1, 1, 0], after: [0, 2, 1, 0], mode: .constant(0)), [value])
    case 14:
      if shape[1] < 3 { return }
      let kind: Pooling.Kind = Bool.random(using: &generator) ? .max : .average
      try add(
        .pooling(Pooling(kind, window: Extent(3, 3), strides: Extent(2, 2), border: .valid)), [value])
    case 15:
      let mean = try graph.add(
        .reduction(.mean, axes: [1, 2], keepDimensions: true), [value], name: "squeeze \(value.index)")
      let gate = try graph.add(
        .convolution(Convolution(kernel: tensor([1, 1, channels, channels]), bias: tensor([channels]))),
        [mean],
        name: "excite \(value.index)")
      let sigmoid = try graph.add(.unary(.sigmoid), [gate], name: "gate \(value.index)")
      try add(.binary(.multiply), [value, sigmoid])
    case 16:
      let first = Int.random(in: 0..<channels, using: &generator)
      try add(.slice([.whole, .whole, .whole, .range(begin: first, end: nil, step: 1)]), [value])
    case 17:
      let rows = try graph.add(
        .reshape([Operation.keep, shape[1] * shape[2], channels]), [value], name: "rows \(value.index)")
      let changed = try graph.add(
        .affine(scale: tensor([channels]), offset: tensor([channels]), axis: -1), [rows],
        name: "rows affine \(value.index)")
      try add(.reshape([Operation.keep] + shape.dropFirst()), [changed])
    case 18:
      let turned = try graph.add(.transpose([0, 3, 1, 2]), [value], name: "turned \(value.index)")
      let changed = try graph.add(.unary(.relu()), [turned], name: "turned relu \(value.index)")
      try add(.transpose([0, 2, 3, 1]), [changed])
    case 19:
      let shifted = try graph.add(
        .binary(.add), [value, graph.addConstant(Tensor(shape: [], [3]), name: "three")], name: "shift")
      let clipped = try graph.add(.unary(.relu(ceiling: 6)), [shifted], name: "relu6")
      let gate = try graph.add(.unary(.linear(scale: 1 / 6, offset: 0)), [clipped], name: "sixth")
      try add(.binary(.multiply), [value, gate])
    case 20:
      if shape[1] < 2 { return }
      let filters = Int.random(in: 2...9, using: &generator)
      let reduced = try graph.add(
        .convolution(Convolution(kernel: tensor([1, 1, channels, filters]), bias: tensor([filters]))),
        [value], name: "transition \(value.index)")
      try add(
        .pooling(Pooling(.average, window: Extent(2, 2), strides: Extent(2, 2), border: .same)), [reduced])
    case 21:
      let normalization = Normalization(
        .group(count: channels % 2 == 0 ? 2 : 1), axes: [], epsilon: 1e-2, gamma: tensor([channels]),
        beta: tensor([channels]))
      try add(.normalization(normalization), [value])
    case 22:
      let pooled = try graph.add(
        .pooling(
          Pooling(.average, window: Extent(shape[1], shape[2]), strides: Extent(1, 1), border: .valid)),
        [value], name: "global \(value.index)")
      try add(.binary(.add), [value, pooled])
    default:
      let constant = graph.addConstant(tensor([1, channels]), name: "constant")
      let doubled = try graph.add(.unary(.exp), [constant], name: "constant exp")
      try add(.binary(.multiply), [value, doubled])
    }
  }

  private mutating func addHead() throws {
    let value = images[images.count - 1]
    let flat = try graph.add(.reshape([Operation.keep, -1]), [value], name: "flatten")
    let inputs = self.shape(value).dropFirst().reduce(1, *)
    let dense = try graph.add(
      .dense(Dense(kernel: tensor([inputs, 7], scale: 0.1), bias: tensor([7]))), [flat], name: "dense")
    let softmax = try graph.add(.softmax(axes: [-1]), [dense], name: "softmax")
    graph.addOutput(softmax, name: "probabilities")
  }
}
