/// What is known of a value's range from the operations that made it.
public enum OutputKind: Sendable, Equatable {
  /// A softmax's or its like: from 0 to 1, 1 together.
  case softmax
  /// A sigmoid's or its like: each from 0 to 1.
  case sigmoid
  /// Weighted sums, or such after ReLU or a similar function: any size, so they are not probabilities.
  case unbounded
  /// Exponentials of these, which are above 0 and have no limit either.
  case exponential
  /// Nothing is known.
  case unknown
}

extension Graph {
  /// What kind of values an output has. What moves, picks or averages values is looked through, as is what scales
  /// them by constants.
  public func kind(of output: ValueID) -> OutputKind {
    // Of constants: nil. Nodes come after what they read.
    var kinds: [OutputKind?] = []
    for node in nodes.prefix(output.index + 1) {
      kinds.append(node.operation.definition.outputKind(node.inputs.map { kinds[$0.index] }))
    }
    return kinds.last.flatMap { $0 } ?? .unknown
  }
}

extension OutputKind {
  /// What values of several kinds are together.
  static func common(_ inputs: [OutputKind?]) -> OutputKind? {
    let kinds = inputs.compactMap { $0 }
    guard let first = kinds.first else { return nil }
    if kinds.contains(.unbounded) { return .unbounded }
    return kinds.allSatisfy { $0 == first } ? first : .unknown
  }

  /// What sums and the like are of such values.
  static func unboundedOrUnknown(_ inputs: [OutputKind?]) -> OutputKind {
    inputs.contains(.unbounded) ? .unbounded : .unknown
  }
}
