import Inference

/// A package beside Keras whose classes are known.
///
/// Files do not hold the code of such classes: a class is known by its registered name (`Addons>GELU`), or by its own
/// where it was not registered, and in a `.keras` file by its module too.
struct Package: Sendable {
  /// The Python module that the classes are in or below.
  let module: String
  /// Classes that compute what others do which have the same configuration and weights.
  var aliases: [String: String] = [:]
  var layers: [String: LayerClass] = [:]
  /// Functions that stand as a layer's `activation`.
  var functions: [String: Function] = [:]
  /// Classes that are not read for a reason that should be said: why, and what to do.
  var refused: [String: (reason: String, remedy: String)] = [:]

  typealias Function =
    @Sendable (Graph.ValueID, LayerCall, inout GraphBuilder) throws(KerasError) -> Graph.ValueID

  static let all = [
    addons, autoKeras, efficientNet, kerasCVAttentionModels, modelOptimization, tensorFlow1, vitKeras,
  ]

  /// Of all packages.
  static let aliases = Dictionary(families: all.map(\.aliases))

  /// The package that defines a class; nil: none that is known.
  /// - Parameter module: where the file says the class is from; nil: it does not say.
  static func defining(_ name: String, module: String?) -> Package? {
    all.first { package in
      (package.aliases[name] != nil || package.layers[name] != nil || package.refused[name] != nil)
        && package.contains(module)
    }
  }

  /// The same of a function.
  static func defining(function name: String, module: String?) -> Function? {
    for package in all where package.contains(module) {
      if let function = package.functions[name] { return function }
    }
    return nil
  }

  private func contains(_ module: String?) -> Bool {
    guard let module else { return true }
    return module == self.module || module.hasPrefix(self.module + ".")
  }
}

extension GraphBuilder {
  /// Puts the rows of a weight, `[1, rows, channels]`, in front of a sequence's.
  mutating func prepend(_ rows: Tensor, to value: Graph.ValueID, _ layer: LayerCall) throws(KerasError)
    -> Graph.ValueID
  {
    guard shape(value).count == 3 else {
      throw layer.error("its input needs the axes (batch, positions, channels)")
    }
    let (count, length, channels) = (rows.shape[1], try size(1, of: value, layer), rows.shape[2])
    let padded = try add(
      .padding(before: [0, count, 0], after: [0, 0, 0], mode: .constant(0)), [value], layer)
    // Whatever the batch, adding zeros to the rest is less work than to repeat the rows for each sample.
    let table = Tensor(
      shape: [1, count + length, channels], Array(rows.values) + Array(repeating: 0, count: length * channels)
    )
    return try apply(.add, padded, constant(table, layer), layer)
  }
}
