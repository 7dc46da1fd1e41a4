/// All that the engine has to know of an operation. Nothing has a default: what a new operation does not say, the
/// compiler asks for.
///
/// docs/adding.md says how to add one.
protocol OperationDefinition {
  /// In messages and profiles, e.g. `convolution`.
  var name: String { get }
  /// How many inputs it takes.
  var inputCount: ClosedRange<Int> { get }
  /// The result's shape for inputs of the given shapes, which may be known in part only.
  ///
  /// With all sizes known the checks are complete; an unknown size is taken to fit.
  /// - Parameter inputs: as many as `inputCount` allows, their sizes within ``SizeLimit``.
  func resultShape(_ inputs: [Shape]) throws(ShapeError) -> Shape
  /// What kind of values the result has.
  /// - Parameter inputs: the kinds of the inputs; nil: constants.
  func outputKind(_ inputs: [OutputKind?]) -> OutputKind?
  /// What ``steps(_:)`` relies on: canonicalization brings the graph into this form before.
  var form: CanonicalForm { get }
  /// Weights and constants; nil: those that are left out.
  var weights: [Tensor?] { get }
  /// What the steps can do with memory.
  var memory: MemoryAbilities { get }
  /// The steps that compute it: none where the values are in place already.
  func steps(_ node: PlacedNode) throws(PlanError) -> [any Step]
}

/// The form in which steps compute an operation.
enum CanonicalForm {
  /// As it is, along whatever axes.
  case unchanged
  /// The given operation, over the last axis alone: these axes are moved there and merged.
  case lastAxis([Int], Operation)
  /// The given operation, over axis 1 of a value viewed as `[outer, axis, inner]`, or as `[outer, axis]` when this axis
  /// is the last.
  case middleAxis(Int, Operation)
  /// Other operations, depending on the shapes: ``Canonicalization`` has a rule for this one.
  case rewritten
}

/// What the steps of an operation can do with memory, as the memory plan needs to know it.
struct MemoryAbilities {
  /// Whether the result can be written with its rows apart, as a part of a wider value.
  let writesRowsApart: Bool
  /// Whether inputs can be read whose rows are apart.
  let readsRowsApart: Bool
  /// Whether the result can be written over an input of the same shape.
  let overwritesInput: Bool
}

/// Why shapes do not fit, before it is known which node it is.
struct ShapeError: Error {
  let reason: String
}

extension OperationDefinition {
  /// The result's shape for inputs of the given shapes, which may be known in part only.
  /// - Throws: ``ShapeError`` when they do not fit, or are beyond ``SizeLimit``.
  func checkedShape(_ inputs: [Shape]) throws(ShapeError) -> Shape {
    for input in inputs { try input.checkLimits() }
    let expected = inputCount
    if !expected.contains(inputs.count) {
      let wanted = expected.count == 1 ? "\(expected.lowerBound)" : "at least \(expected.lowerBound)"
      throw ShapeError(reason: "it takes \(wanted) inputs, it is given \(inputs.count)")
    }
    let shape = try resultShape(inputs)
    try shape.checkLimits()
    return shape
  }
}

extension Operation {
  /// See ``OperationDefinition/name``.
  var name: String { definition.name }

  /// See ``OperationDefinition/checkedShape(_:)``.
  func resultShape(_ inputs: [Shape]) throws(ShapeError) -> Shape { try definition.checkedShape(inputs) }
}
