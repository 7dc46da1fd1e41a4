import Inference

/// Builds graphs with random weights layer by layer, the way classifiers are made.
struct ModelBuilder {
  private(set) var graph = Graph()
  private var layers = 0
  private var random: UInt64 = 88_172_645_463_325_252

  mutating func input(_ size: Int, channels: Int = 3) -> Graph.ValueID {
    graph.addInput(name: "input", shape: [nil, size, size, channels])
  }

  func channels(_ value: Graph.ValueID) -> Int { graph.shape(of: value).last.flatMap { $0 } ?? 0 }

  private mutating func tensor(_ shape: [Int], scale: Float) -> Tensor {
    var state = random
    let tensor = Tensor(
      shape: shape,
      storage: TensorStorage(count: shape.reduce(1, *)) { memory in
        for index in memory.indices {
          state ^= state << 13
          state ^= state >> 7
          state ^= state << 17
          memory[index] = (Float(state >> 40) / Float(1 << 24) - 0.5) * scale
        }
      })
    random = state
    return tensor
  }

  private mutating func add(_ operation: Operation, _ inputs: [Graph.ValueID], _ kind: String) throws
    -> Graph.ValueID
  {
    layers += 1
    return try graph.add(operation, inputs, name: "\(kind)_\(layers)")
  }

  mutating func convolution(
    _ value: Graph.ValueID, _ filters: Int, _ size: Int, stride: Int = 1, border: Border = .same,
    activation: Unary? = nil
  ) throws -> Graph.ValueID {
    let depth = channels(value)
    let kernel = tensor([size, size, depth, filters], scale: 2 / Float(depth * size * size).squareRoot())
    let bias = tensor([filters], scale: 0.1)
    let result = try add(
      .convolution(Convolution(kernel: kernel, bias: bias, strides: Extent(stride, stride), border: border)),
      [value], "conv")
    return try self.activation(result, activation)
  }

  mutating func depthwise(
    _ value: Graph.ValueID, _ size: Int, stride: Int = 1, activation: Unary? = nil
  ) throws -> Graph.ValueID {
    let depth = channels(value)
    let kernel = tensor([size, size, depth, 1], scale: 2 / Float(size))
    let bias = tensor([depth], scale: 0.1)
    let result = try add(
      .depthwiseConvolution(
        DepthwiseConvolution(kernel: kernel, bias: bias, strides: Extent(stride, stride), border: .same)),
      [value], "depthwise")
    return try self.activation(result, activation)
  }

  mutating func dense(_ value: Graph.ValueID, _ units: Int, activation: Unary? = nil) throws -> Graph.ValueID
  {
    let inner = channels(value)
    let kernel = tensor([inner, units], scale: 2 / Float(inner).squareRoot())
    let bias = tensor([units], scale: 0.1)
    return try self.activation(
      add(.dense(Dense(kernel: kernel, bias: bias)), [value], "dense"), activation)
  }

  mutating func activation(_ value: Graph.ValueID, _ activation: Unary?) throws -> Graph.ValueID {
    guard let activation else { return value }
    return try add(.unary(activation), [value], "activation")
  }

  mutating func binary(_ binary: Binary, _ a: Graph.ValueID, _ b: Graph.ValueID) throws -> Graph.ValueID {
    try add(.binary(binary), [a, b], "binary")
  }

  mutating func pool(
    _ kind: Pooling.Kind, _ value: Graph.ValueID, _ size: Int, stride: Int, border: Border = .valid
  ) throws -> Graph.ValueID {
    try add(
      .pooling(Pooling(kind, window: Extent(size, size), strides: Extent(stride, stride), border: border)),
      [value], "pool")
  }

  mutating func globalAverage(_ value: Graph.ValueID, keep: Bool = false) throws -> Graph.ValueID {
    try add(.reduction(.mean, axes: [1, 2], keepDimensions: keep), [value], "mean")
  }

  mutating func concatenate(_ values: [Graph.ValueID]) throws -> Graph.ValueID {
    try add(.concatenation(axis: -1), values, "concatenate")
  }

  mutating func flatten(_ value: Graph.ValueID) throws -> Graph.ValueID {
    try add(.reshape([Operation.keep, -1]), [value], "flatten")
  }

  /// Ends the model with a classifier.
  mutating func finish(_ value: Graph.ValueID, classes: Int = 1000) throws -> Graph {
    let logits = try dense(value, classes)
    graph.addOutput(try add(.softmax(axes: [-1]), [logits], "softmax"), name: "output")
    return graph
  }
}
