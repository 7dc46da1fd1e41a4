/// The inputs one after another along an axis.
struct Concatenation: OperationDefinition {
  let axis: Int

  var name: String { "concatenation" }
  var inputCount: ClosedRange<Int> { 1...Int.max }

  func resultShape(_ inputs: [Shape]) throws(ShapeError) -> Shape {
    var result = inputs[0]
    let axis = try result.axis(self.axis)
    for input in inputs.dropFirst() {
      let others = input.indices.filter { $0 != axis }
      guard input.count == result.count,
        others.allSatisfy({ input[$0] == nil || result[$0] == nil || input[$0] == result[$0] })
      else {
        throw ShapeError(
          reason: "the shapes \(inputs[0].text) and \(input.text) differ in more than axis \(axis)")
      }
      for index in others where result[index] == nil { result[index] = input[index] }
      if let sum = result[axis], let size = input[axis] {
        result[axis] = sum + size
        try result.checkLimits()
      } else {
        result[axis] = nil
      }
    }
    return result
  }

  func outputKind(_ inputs: [OutputKind?]) -> OutputKind? { .common(inputs) }
  var form: CanonicalForm { .unchanged }
  var weights: [Tensor?] { [] }
  var memory: MemoryAbilities {
    MemoryAbilities(writesRowsApart: true, readsRowsApart: true, overwritesInput: false)
  }

  func steps(_ node: PlacedNode) throws(PlanError) -> [any Step] {
    let output = node.output
    guard case .arena(let base) = output.home else { return [] }
    let axis = axis < 0 ? axis + output.shape.count : axis
    let stride = output.strides[axis]
    var steps: [any Step] = []
    var start = 0
    for input in node.inputs {
      let begin = base + start * stride
      start += input.shape[axis]
      // The memory plan lets what it can be written in place.
      if case .arena(let offset) = input.home, offset == begin,
        input.shape.indices.allSatisfy({
          input.shape[$0] == 1 || input.strides[$0] == output.strides[$0]
        })
      {
        continue
      }
      let part = Operand(home: .arena(offset: begin), shape: input.shape, rowStride: output.rowStride)
      steps.append(
        try GatherStep(
          name: node.name, kernel: "copy", Rearrangement(copying: input), input: input, output: part,
          outputStrides: output.strides))
    }
    return steps
  }
}
