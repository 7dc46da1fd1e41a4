import Kernels

/// Parameters of ``Operation/normalization(_:)``: statistics over `axes` of each sample, then gamma, beta.
public struct Normalization: Sendable {
  public var kind: Kind
  /// The axes the statistics run over, taken together.
  public var axes: [Int]
  public var epsilon: Float
  /// Shaped to broadcast against the input.
  public var gamma: Tensor?
  public var beta: Tensor?
  public enum Kind: Sendable {
    /// `(x - mean) / sqrt(variance + epsilon)`
    case layer
    /// As `layer`, the last axis cut into groups first; `axes` are ignored: all but the batch.
    case group(count: Int)
    /// `x / sqrt(mean(x^2) + epsilon)`
    case rms
    /// `x / max(sqrt(sum(x^2)), sqrt(epsilon))`: UnitNormalization with epsilon 1e-12 in Keras 2, 1e-24 in 3.
    case unit
  }
  public init(_ kind: Kind, axes: [Int], epsilon: Float, gamma: Tensor?, beta: Tensor?) {
    self.kind = kind
    self.axes = axes
    self.epsilon = epsilon
    self.gamma = gamma
    self.beta = beta
  }
}

extension Normalization: OperationDefinition {
  var name: String { "normalization" }
  var inputCount: ClosedRange<Int> { 1...1 }

  func resultShape(_ inputs: [Shape]) throws(ShapeError) -> Shape {
    let input = inputs[0]
    if !epsilon.isFinite || epsilon < 0 { throw ShapeError(reason: "epsilon is \(epsilon)") }
    if case .group(let count) = kind {
      try checkPositive(count, "the number of groups")
      guard input.count >= 2, let channels = input.last else {
        throw ShapeError(reason: "the input needs at least 2 axes, its shape is \(input.text)")
      }
      if let channels, channels % count != 0 {
        throw ShapeError(reason: "\(channels) channels do not divide into \(count) groups")
      }
    } else {
      _ = try input.axes(axes)
      if axes.isEmpty { throw ShapeError(reason: "it needs an axis") }
    }
    if let gamma { try input.checkCovers(gamma.shape, "gamma") }
    if let beta { try input.checkCovers(beta.shape, "beta") }
    return input
  }

  func outputKind(_ inputs: [OutputKind?]) -> OutputKind? { .unbounded }
  var form: CanonicalForm { .rewritten }
  var weights: [Tensor?] { [gamma, beta] }
  var memory: MemoryAbilities {
    MemoryAbilities(writesRowsApart: true, readsRowsApart: true, overwritesInput: true)
  }

  func steps(_ node: PlacedNode) throws(PlanError) -> [any Step] {
    switch kind {
    case .layer: [rows(.layer, node)]
    case .rms: [rows(.rms, node)]
    case .unit: [rows(.unit, node)]
    case .group(let count):
      [
        GroupNormalizationStep(
          name: node.name, groups: count, epsilon: epsilon, gamma: gamma, beta: beta, input: node.input,
          output: node.output)
      ]
    }
  }

  private func rows(_ function: NormalizationFunction, _ node: PlacedNode) -> any Step {
    NormalizationStep(
      name: node.name, function, epsilon: epsilon, gamma: gamma, beta: beta, input: node.input,
      output: node.output)
  }
}
