/// Parameters of ``Operation/resize(_:)``.
public struct Resize: Sendable {
  public var size: Size
  public var interpolation: Interpolation
  /// Whether a smaller result averages over all pixels that it replaces; nothing to `nearest` and `area`.
  public var antialias: Bool
  public enum Size: Sendable {
    case exactly(Extent)
    case scaled(Extent)
  }
  /// tf.image's methods with half-pixel centres.
  public enum Interpolation: Sendable {
    case nearest, bilinear, bicubic, lanczos3, lanczos5, area, gaussian, mitchellcubic
  }
  public init(size: Size, interpolation: Interpolation, antialias: Bool = false) {
    self.size = size
    self.interpolation = interpolation
    self.antialias = antialias
  }
}

extension Resize: OperationDefinition {
  var name: String { "resize" }
  var inputCount: ClosedRange<Int> { 1...1 }

  func resultShape(_ inputs: [Shape]) throws(ShapeError) -> Shape {
    let input = inputs[0]
    try input.checkRank(4, imageLayout)
    switch size {
    case .exactly(let extent):
      try checkPositive(extent, "the size")
      return [input[0], extent.height, extent.width, input[3]]
    case .scaled(let extent):
      try checkPositive(extent, "the scale")
      return [input[0], input[1].map { $0 * extent.height }, input[2].map { $0 * extent.width }, input[3]]
    }
  }

  func outputKind(_ inputs: [OutputKind?]) -> OutputKind? { inputs.first.flatMap { $0 } }
  var form: CanonicalForm { .unchanged }
  var weights: [Tensor?] { [] }
  var memory: MemoryAbilities {
    MemoryAbilities(writesRowsApart: true, readsRowsApart: true, overwritesInput: false)
  }

  func steps(_ node: PlacedNode) throws(PlanError) -> [any Step] {
    let (input, output) = (node.input, node.output)
    guard case .nearest = interpolation else {
      return [ResizeStep(name: node.name, self, input: input, output: output)]
    }
    var rearrangement = Rearrangement(copying: input)
    for axis in [1, 2] where input.shape[axis] != output.shape[axis] {
      let (size, result) = (input.shape[axis], output.shape[axis])
      // The source pixel that holds the centre of the result's.
      rearrangement.map(axis, count: result) { (2 * $0 + 1) * size / (2 * result) }
    }
    return try node.gather(rearrangement, kernel: name)
  }
}
