/// Parameters of ``Operation/recurrence(_:)``: what a recurrent layer does from step to step.
///
/// The product of the inputs and their kernel does not depend on the state: it is made before, for all steps at once,
/// and is what the operation is given, `[batch, steps, gates * units]`, with the bias of the inputs.
public struct Recurrence: Sendable {
  public var cell: Cell
  /// What the state is multiplied with: `[units, gates * units]`.
  public var kernel: Tensor
  /// Added to the state's product: `[gates * units]`.
  public var bias: Tensor?
  /// Of the new values.
  public var activation: Unary
  /// Of the gates.
  public var gateActivation: Unary
  /// Whether the last step is the first to be taken. The result is in the order in which steps are taken.
  public var goesBackwards = false
  /// Whether the second input is a mask, `[batch, steps]`: where it is 0, a step leaves the state as it is.
  public var isMasked = false
  /// What the result has for a step that is left out: zeros, or the state.
  public var zeroesMaskedSteps = false
  /// Whether the last inputs are the states to begin with, `[batch, units]` each; else they are zeros.
  public var hasInitialStates = false
  public var result = Result.sequence

  public enum Cell: Sendable, Equatable {
    /// `h = activation(x + h U)`
    case simple
    /// Gates in the order input, forget, candidate, output; the states are h and c.
    case lstm
    /// Gates in the order update, reset, candidate; the reset gate acts on the state, or on its product.
    case gru(resetsProduct: Bool)
  }

  /// What there is of each sample, in rows of `units` values.
  public enum Result: Sendable {
    /// The output of each step.
    case sequence
    /// The states after the last step.
    case states
    /// First the states, then the outputs.
    case statesAndSequence
  }

  public init(_ cell: Cell, kernel: Tensor, bias: Tensor?, activation: Unary, gateActivation: Unary) {
    self.cell = cell
    self.kernel = kernel
    self.bias = bias
    self.activation = activation
    self.gateActivation = gateActivation
  }
}

extension Recurrence.Cell {
  public var gates: Int {
    switch self {
    case .simple: 1
    case .lstm: 4
    case .gru: 3
    }
  }

  public var states: Int { self == .lstm ? 2 : 1 }
}

extension Recurrence {
  var units: Int { kernel.shape[0] }
  /// Rows of the result before the sequence.
  var stateRows: Int { result == .sequence ? 0 : cell.states }
}

extension Recurrence: OperationDefinition {
  var name: String { "recurrence" }
  var inputCount: ClosedRange<Int> {
    let count = 1 + (isMasked ? 1 : 0) + (hasInitialStates ? cell.states : 0)
    return count...count
  }

  func resultShape(_ inputs: [Shape]) throws(ShapeError) -> Shape {
    let input = inputs[0]
    guard kernel.shape.count == 2, kernel.shape[1] == cell.gates * kernel.shape[0] else {
      throw ShapeError(
        reason: "the kernel of a cell with \(cell.gates) gates has the shape \(kernel.shape.text)")
    }
    let width = kernel.shape[1]
    guard input.count == 3, input[2] ?? width == width else {
      throw ShapeError(reason: "the input needs the shape (batch, steps, \(width)), it is \(input.text)")
    }
    try checkBias(bias, [width])
    if isMasked { try check(inputs[1], Array(input.prefix(2)), "the mask") }
    if hasInitialStates {
      for state in inputs.suffix(cell.states) { try check(state, [input[0], units], "a state") }
    }
    let steps = input[1]
    if let steps, steps < 1 { throw ShapeError(reason: "it needs a step, it is given none") }
    let rows = result == .states ? stateRows : steps.map { $0 + stateRows }
    return [input[0], rows, units]
  }

  private func check(_ shape: Shape, _ needed: Shape, _ what: String) throws(ShapeError) {
    guard shape.count == needed.count, zip(shape, needed).allSatisfy({ $0 ?? $1 == $1 ?? $0 }) else {
      throw ShapeError(reason: "\(what) needs the shape \(needed.text), it is \(shape.text)")
    }
  }

  func outputKind(_ inputs: [OutputKind?]) -> OutputKind? { .unknown }
  var form: CanonicalForm { .unchanged }
  var weights: [Tensor?] { [kernel, bias] }
  var memory: MemoryAbilities {
    MemoryAbilities(writesRowsApart: true, readsRowsApart: true, overwritesInput: false)
  }

  func steps(_ node: PlacedNode) throws(PlanError) -> [any Step] {
    [RecurrenceStep(name: node.name, self, inputs: node.inputs, output: node.output)]
  }
}
