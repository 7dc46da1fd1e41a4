/// Parameters of ``Operation/pooling(_:)``.
public struct Pooling: Sendable {
  public var kind: Kind
  public var window: Extent
  public var strides: Extent
  public var border: Border
  public enum Kind: Sendable { case max, average }
  public init(_ kind: Kind, window: Extent, strides: Extent, border: Border) {
    self.kind = kind
    self.window = window
    self.strides = strides
    self.border = border
  }
}

extension Pooling: OperationDefinition {
  var name: String { kind == .max ? "max pooling" : "average pooling" }
  var inputCount: ClosedRange<Int> { 1...1 }

  func resultShape(_ inputs: [Shape]) throws(ShapeError) -> Shape {
    let input = inputs[0]
    try input.checkRank(4, imageLayout)
    return [input[0]] + (try border.windowed(input[1], input[2], window: window, strides: strides))
      + [input[3]]
  }

  func outputKind(_ inputs: [OutputKind?]) -> OutputKind? { inputs.first.flatMap { $0 } }
  var form: CanonicalForm { .rewritten }
  var weights: [Tensor?] { [] }
  var memory: MemoryAbilities {
    MemoryAbilities(writesRowsApart: true, readsRowsApart: true, overwritesInput: false)
  }

  func steps(_ node: PlacedNode) throws(PlanError) -> [any Step] {
    [PoolingStep(name: node.name, self, input: node.input, output: node.output)]
  }

  /// Whether the only window is the whole image.
  func coversAll(_ shape: [Int]) -> Bool {
    border == .valid && window == Extent(shape[1], shape[2])
  }
}
