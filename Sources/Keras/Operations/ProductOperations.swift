import Inference
import JSON

extension LayerClass {
  static let productOperations: [String: LayerClass] = [
    "Matmul": LayerClass { layer, builder throws(KerasError) in
      let a = try layer.operand(0, "x1", in: &builder)
      let b = try layer.operand(1, "x2", in: &builder)
      let transposes = (
        try layer.configuration.bool("transpose_a", default: false),
        try layer.configuration.bool("transpose_b", default: false)
      )
      return .tensor(try builder.matMul(a, b, transposes, layer))
    },
    "Dot": LayerClass { layer, builder throws(KerasError) in
      let a = try layer.operand(0, "x1", in: &builder)
      let b = try layer.operand(1, "x2", in: &builder)
      let (rankA, rankB) = (builder.shape(a).count, builder.shape(b).count)
      if rankA == 0 || rankB == 0 { return .tensor(try builder.apply(.multiply, a, b, layer)) }
      return .tensor(try builder.contract(a, b, [rankA - 1], [max(rankB - 2, 0)], layer))
    },
    "Inner": LayerClass { layer, builder throws(KerasError) in
      let a = try layer.operand(0, "x1", in: &builder)
      let b = try layer.operand(1, "x2", in: &builder)
      let (rankA, rankB) = (builder.shape(a).count, builder.shape(b).count)
      if rankA == 0 || rankB == 0 { return .tensor(try builder.apply(.multiply, a, b, layer)) }
      return .tensor(try builder.contract(a, b, [rankA - 1], [rankB - 1], layer))
    },
    "Outer": LayerClass { layer, builder throws(KerasError) in
      let a = try builder.flattened(layer.operand(0, "x1", in: &builder), layer)
      let b = try builder.flattened(layer.operand(1, "x2", in: &builder), layer)
      return .tensor(try builder.contract(a, b, [], [], layer))
    },
    "Vdot": LayerClass { layer, builder throws(KerasError) in
      let a = try builder.flattened(layer.operand(0, "x1", in: &builder), layer)
      let b = try builder.flattened(layer.operand(1, "x2", in: &builder), layer)
      return .tensor(try builder.contract(a, b, [0], [0], layer))
    },
    "Tensordot": LayerClass { layer, builder throws(KerasError) in
      let a = try layer.operand(0, "x1", in: &builder)
      let b = try layer.operand(1, "x2", in: &builder)
      let rank = builder.shape(a).count
      let given = layer.configuration["axes"]?.unwrapped ?? .integer(2)
      if let count = given.integer {
        guard count >= 0, count <= min(rank, builder.shape(b).count) else {
          throw layer.configuration.error("axes", "a number of axes that both have")
        }
        return .tensor(try builder.contract(a, b, Array(rank - count..<rank), Array(0..<count), layer))
      }
      let sides = (given.array ?? []).map { $0.unwrapped }.compactMap {
        $0.integer.map { [$0] } ?? $0.array?.allIntegers
      }
      guard sides.count == 2, sides[0].count == sides[1].count else {
        throw layer.configuration.error("axes", "a number, or as many axes of both")
      }
      let axesA = try sides[0].map { axis throws(KerasError) in try builder.axes([axis], of: a, layer)[0] }
      let axesB = try sides[1].map { axis throws(KerasError) in try builder.axes([axis], of: b, layer)[0] }
      return .tensor(try builder.contract(a, b, axesA, axesB, layer))
    },
    "Einsum": LayerClass { layer, builder throws(KerasError) in
      var operands: [Graph.ValueID] = []
      for argument in layer.arguments.positional {
        switch argument {
        case .list(let elements):
          for element in elements { operands.append(try builder.tensor(element, layer)) }
        default: operands.append(try builder.tensor(argument, layer))
        }
      }
      return .tensor(try builder.einsum(layer.configuration.string("subscripts"), operands, layer))
    },
  ]
}

extension GraphBuilder {
  /// numpy's matmul, vectors included.
  mutating func matMul(
    _ a: Graph.ValueID, _ b: Graph.ValueID, _ transposes: (a: Bool, b: Bool) = (false, false),
    _ layer: LayerCall
  ) throws(KerasError) -> Graph.ValueID {
    let (rankA, rankB) = (shape(a).count, shape(b).count)
    if rankA >= 2, rankB == 2, !transposes.a, !transposes.b, let kernel = constantTensor(b) {
      return try add(.dense(Dense(kernel: kernel, bias: nil)), [a], layer)
    }
    // A vector is a row on the left, a column on the right, for the time being.
    let left = rankA == 1 ? try add(.slice([.newAxis]), [a], layer) : a
    let right = rankB == 1 ? try add(.slice([.whole, .newAxis]), [b], layer) : b
    var product = try add(
      .matMul(transposeA: transposes.a && rankA > 1, transposeB: transposes.b && rankB > 1), [left, right],
      layer)
    if rankB == 1 {
      let leading = Array(repeating: Slice.whole, count: shape(product).count - 1)
      product = try add(.slice(leading + [.index(0)]), [product], layer)
    }
    if rankA == 1 {
      let axis = shape(product).count - (rankB == 1 ? 1 : 2)
      product = try add(
        .slice(Array(repeating: .whole, count: max(axis, 0)) + [.index(0)]), [product], layer)
    }
    return product
  }

  /// numpy's tensordot: sums over pairs of axes, the others of `a` come before those of `b`.
  mutating func contract(
    _ a: Graph.ValueID, _ b: Graph.ValueID, _ axesA: [Int], _ axesB: [Int], _ layer: LayerCall
  ) throws(KerasError) -> Graph.ValueID {
    let rankA = shape(a).count
    let letters = einsumLetters(rankA + shape(b).count, besides: "")
    let lettersA = Array(letters[..<rankA])
    var lettersB = Array(letters[rankA...])
    for (axisA, axisB) in zip(axesA, axesB) { lettersB[axisB] = lettersA[axisA] }
    let summed = axesA.map { lettersA[$0] }
    let output = (lettersA + lettersB).filter { !summed.contains($0) }
    let equation = "\(String(lettersA)),\(String(lettersB))->\(String(output))"
    return try add(.einsum(equation), [a, b], layer)
  }

  /// numpy's einsum, ellipses and equations without an output included.
  mutating func einsum(_ equation: String, _ operands: [Graph.ValueID], _ layer: LayerCall)
    throws(KerasError) -> Graph.ValueID
  {
    let sides = EinsumText.sides(equation)
    guard sides.inputs.count == operands.count, !operands.isEmpty else {
      throw layer.error("the equation \"\(equation)\" does not fit \(operands.count) operands")
    }
    // Ellipses stand for the same last axes everywhere.
    let elided = zip(sides.inputs, operands).map { side, operand in
      side.contains(".") ? shape(operand).count - side.filter(\.isLetter).count : 0
    }
    let most = elided.max() ?? 0
    guard elided.allSatisfy({ $0 >= 0 }) else {
      throw layer.error("the equation \"\(equation)\" names more axes than its operands have")
    }
    let letters = einsumLetters(most, besides: equation)
    var inputs: [[Character]] = []
    for (side, count) in zip(sides.inputs, elided) {
      inputs.append(EinsumText.letters(side, ellipsis: Array(letters.suffix(count))))
    }
    let output: [Character]
    if let side = sides.output {
      output = EinsumText.letters(side, ellipsis: letters)
    } else {
      // What is named once stays, in the order of the alphabet.
      let all = inputs.joined().filter { !letters.contains($0) }
      output = letters + Set(all).filter { letter in all.filter { $0 == letter }.count == 1 }.sorted()
    }
    let text = inputs.map { String($0) }.joined(separator: ",") + "->" + String(output)
    return try add(.einsum(text), operands, layer)
  }
}
