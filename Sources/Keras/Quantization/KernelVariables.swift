/// The variables that a file has of one kernel, or of one table of embeddings.
enum KernelVariables: Sendable {
  /// The kernel as floats.
  case plain
  /// Whole numbers, and a scale for each channel.
  case scaled
  /// Whole numbers, a scale and a zero point for each group and channel, and the group of each row.
  case grouped

  /// - Parameter count: how many variables there are beside the kernel and its bias.
  init(beside count: Int) {
    switch count {
    case 1: self = .scaled
    case 3: self = .grouped
    default: self = .plain
    }
  }

  /// - Parameter names: those of all variables of a layer, as a `.h5` file lists them.
  init(names: [String]) {
    if names.contains(where: { $0.hasSuffix("/kernel_zero") }) {
      self = .grouped
    } else {
      self = names.contains { $0.hasSuffix("/kernel_scale") } ? .scaled : .plain
    }
  }

  /// The variables in the order in which Keras saves them.
  /// - Parameters:
  ///   - name: the kernel's.
  ///   - bias: the bias, which comes after the kernel; nil: the layer has none.
  func weights(_ name: String = "kernel", bias: String? = nil) -> [WeightName] {
    let bias = bias.map { [WeightName($0)] } ?? []
    switch self {
    case .plain: return [WeightName(name)] + bias
    case .scaled: return [.integers(name)] + bias + [.state(name + "_scale")]
    case .grouped:
      return [.integers(name)] + bias
        + [.state(name + "_scale"), .integers(name + "_zero"), .state("g_idx")]
    }
  }
}
