import Inference

extension LayerClass {
  static let einsumDense: [String: LayerClass] = [
    "EinsumDense": LayerClass(
      weights: { configuration throws(KerasError) in
        (try Quantization(configuration)?.variables ?? .plain)
          .weights(bias: configuration["bias_axes"] == nil ? nil : "bias")
      }
    ) { layer, builder throws(KerasError) in
      let input = try layer.input()
      let equation = try ProjectionEquation(
        layer.configuration.string("equation"), rank: builder.shape(input).count, layer)
      let kernel: ProductKernel
      if let quantization = try Quantization(layer.configuration) {
        let shape = try equation.kernelShape(builder.shape(input), layer)
        kernel = try layer.quantizedKernel("", shape, equation, quantization)
      } else {
        kernel = ProductKernel(
          tensor: try layer.weights.tensor("kernel", equation.kernel.map { _ in nil }))
      }
      let product = try builder.project(input, equation, kernel, bias: layer.weights["bias"], layer)
      return .tensor(try builder.activate(product, layer))
    }
  ]
}

/// The equation of a product of a value and a kernel, without ellipses.
struct ProjectionEquation {
  let input: [Character]
  let kernel: [Character]
  let output: [Character]

  /// Reads an equation such as `ab,bc->ac`, `...x,xy->...y` or `ax...,xy->ay...`.
  init(_ equation: String, rank: Int, _ layer: LayerCall) throws(KerasError) {
    let sides = EinsumText.sides(equation)
    guard sides.inputs.count == 2, let output = sides.output else {
      throw layer.error("its equation \"\(equation)\" does not have two inputs and an output")
    }
    let used = equation.filter(\.isLetter)
    let named = sides.inputs[0].filter(\.isLetter).count
    let elided = Array(einsumLetters(max(rank - named, 0), besides: used))
    func letters(_ side: String) -> [Character] { EinsumText.letters(side, ellipsis: elided) }
    input = letters(sides.inputs[0])
    kernel = letters(sides.inputs[1])
    self.output = letters(output)
    let all = input + kernel + self.output
    guard input.count == rank, all.allSatisfy({ $0.isASCII && $0.isLetter }) else {
      throw layer.error("its equation \"\(equation)\" does not fit an input of \(rank) axes")
    }
  }

  init(input: [Character], kernel: [Character], output: [Character]) {
    self.input = input
    self.kernel = kernel
    self.output = output
  }

  /// The axes of the input that are summed over.
  var summedInputAxes: [Int] { input.indices.filter { !output.contains(input[$0]) } }

  /// The kernel's shape, as the layer's input and its `output_shape` have it.
  func kernelShape(_ inputShape: Shape, _ layer: LayerCall) throws(KerasError) -> [Int] {
    var sizes: [Character: Int] = [:]
    for (letter, size) in zip(input, inputShape) { sizes[letter] = size }
    // It lacks the batch. Equations with an ellipsis are nothing that Keras can quantize.
    let given = try layer.configuration.shape("output_shape") ?? []
    for (letter, size) in zip(output.dropFirst(), given) where size != nil { sizes[letter] = size }
    let shape = kernel.compactMap { sizes[$0] }
    guard shape.count == kernel.count else {
      throw layer.error("its input's shape \(inputShape.text) leaves the shape of its kernel open")
    }
    return shape
  }

  var text: String { "\(String(input)),\(String(kernel))->\(String(output))" }

  /// How many axes are summed over, where that is a dense layer on the merged last axes.
  var dense: Int? {
    let kept = input.prefix { output.contains($0) }
    let summed = Array(input.dropFirst(kept.count))
    let new = Array(output.dropFirst(kept.count))
    guard kernel == summed + new, Array(output.prefix(kept.count)) == Array(kept), !new.isEmpty,
      !summed.isEmpty,
      Set(kernel).count == kernel.count
    else { return nil }
    return summed.count
  }
}

extension GraphBuilder {
  /// The product of a value and a kernel that may be quantized.
  /// - Parameter bias: added to the last axes of the product, to which it broadcasts.
  mutating func project(
    _ input: Graph.ValueID, _ equation: ProjectionEquation, _ kernel: ProductKernel, bias: Tensor?,
    _ layer: LayerCall
  ) throws(KerasError) -> Graph.ValueID {
    var input = input
    var divisor = kernel.scale.map { constant($0, layer) }
    if let activations = kernel.activations {
      let axes = equation.summedInputAxes
      let (values, scale) = try quantize(input, over: axes, activations, layer)
      input = values
      let inputScale = try productScale(scale, equation, layer)
      divisor =
        if let scale = divisor { try add(.binary(.multiply), [scale, inputScale], layer) } else { inputScale }
    }
    guard let divisor else { return try project(input, equation, kernel: kernel.tensor, bias: bias, layer) }
    let product = try project(input, equation, kernel: kernel.tensor, bias: nil, layer)
    let result = try add(.binary(.divide), [product, divisor], layer)
    guard let bias else { return result }
    return try add(.binary(.add), [result, constant(bias, layer)], layer)
  }

  /// The scale of a quantized input with the axes of the product: of size 1 where the input lacks them.
  private mutating func productScale(
    _ scale: Graph.ValueID, _ equation: ProjectionEquation, _ layer: LayerCall
  ) throws(KerasError) -> Graph.ValueID {
    let kept = equation.input.filter { equation.output.contains($0) }
    let order = equation.output.compactMap { kept.firstIndex(of: $0) }
    let dropped = equation.input.map { kept.contains($0) ? Slice.whole : .index(0) }
    var result = try add(.slice(dropped), [scale], layer)
    if order != Array(kept.indices) { result = try add(.transpose(order), [result], layer) }
    let added = equation.output.map { kept.contains($0) ? Slice.whole : .newAxis }
    return try add(.slice(added), [result], layer)
  }

  /// The product of a value and a kernel as an equation names their axes.
  /// - Parameter bias: added to the last axes of the product, to which it broadcasts.
  mutating func project(
    _ input: Graph.ValueID, _ equation: ProjectionEquation, kernel: Tensor, bias: Tensor?, _ layer: LayerCall
  ) throws(KerasError) -> Graph.ValueID {
    guard kernel.shape.count == equation.kernel.count else {
      throw layer.error("its kernel's shape \(kernel.shape.text) does not fit the equation \(equation.text)")
    }
    guard let summed = equation.dense else {
      let product = try add(.einsum(equation.text), [input, constant(kernel, layer)], layer)
      guard let bias else { return product }
      return try add(.binary(.add), [product, constant(bias, layer)], layer)
    }
    let kept = equation.input.count - summed
    let shape = shape(input)
    for (size, expected) in zip(shape[kept...], kernel.shape) where size != nil && size != expected {
      throw layer.error("its kernel's shape \(kernel.shape.text) does not fit an input of \(shape.text)")
    }
    let inner = kernel.shape[..<summed].reduce(1, *)
    let units = kernel.shape[summed...].reduce(1, *)
    let sizes = Array(kernel.shape[summed...])
    // A bias of all new axes belongs into the dense layer.
    let isWhole = bias.map { $0.shape == sizes } ?? true
    let leading = Array(repeating: Operation.keep, count: kept)
    let merged = summed == 1 ? input : try add(.reshape(leading + [inner]), [input], layer)
    let dense = Dense(
      kernel: kernel.reshaped([inner, units]), bias: isWhole ? bias?.reshaped([units]) : nil)
    var product = try add(.dense(dense), [merged], layer)
    if sizes.count != 1 { product = try add(.reshape(leading + sizes), [product], layer) }
    guard let bias, !isWhole else { return product }
    return try add(.binary(.add), [product, constant(bias, layer)], layer)
  }
}

/// Takes equations of einsum apart.
enum EinsumText {
  /// `ab,bc->ac` as inputs `ab`, `bc` and the output `ac`; nil where the equation names none.
  static func sides(_ equation: String) -> (inputs: [String], output: String?) {
    let text = equation.filter { $0 != " " }
    guard let dash = text.firstIndex(of: "-"), text[dash...].hasPrefix("->") else {
      return (parts(text[...]), nil)
    }
    return (parts(text[..<dash]), String(text[dash...].dropFirst(2)))
  }

  private static func parts(_ text: Substring) -> [String] {
    text.split(separator: ",", omittingEmptySubsequences: false).map { String($0) }
  }

  /// The letters of one side, with others in the place of an ellipsis.
  static func letters(_ side: String, ellipsis: [Character]) -> [Character] {
    guard let dot = side.firstIndex(of: "."), side[dot...].hasPrefix("...") else { return Array(side) }
    return Array(side[..<dot]) + ellipsis + Array(side[dot...].dropFirst(3))
  }
}
