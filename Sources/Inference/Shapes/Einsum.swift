/// A parsed einsum equation such as `abc,cd->abd`: letters only, the output explicit.
struct Einsum {
  /// The letters of every input's axes.
  let inputs: [[Character]]
  let output: [Character]

  init(_ equation: String) throws(ShapeError) {
    func refuse(_ why: String) -> ShapeError { ShapeError(reason: "the equation \"\(equation)\" \(why)") }
    let text = equation.filter { $0 != " " }
    guard let arrow = text.firstIndex(of: "-"), text[arrow...].hasPrefix("->") else {
      throw refuse("names no output")
    }
    inputs = text[..<arrow].split(separator: ",", omittingEmptySubsequences: false).map { Array($0) }
    output = Array(text[arrow...].dropFirst(2))
    let letters = inputs.joined()
    if !(letters + output).allSatisfy({ $0.isASCII && $0.isLetter }) { throw refuse("is not letters only") }
    for letters in inputs where Set(letters).count < letters.count {
      throw refuse("takes a diagonal: \"\(String(letters))\" names an axis twice")
    }
    for (index, letter) in output.enumerated() {
      if !letters.contains(letter) { throw refuse("has the output axis \(letter) in no input") }
      if output[..<index].contains(letter) { throw refuse("names the output axis \(letter) twice") }
    }
  }

  /// The size of every letter.
  func sizes(_ shapes: [Shape]) throws(ShapeError) -> [Character: Int?] {
    guard shapes.count == inputs.count else {
      throw ShapeError(reason: "the equation has \(inputs.count) inputs, it is given \(shapes.count)")
    }
    var sizes: [Character: Int?] = [:]
    for (letters, shape) in zip(inputs, shapes) {
      guard letters.count == shape.count else {
        throw ShapeError(reason: "\"\(String(letters))\" does not fit the shape \(shape.text)")
      }
      for (letter, size) in zip(letters, shape) {
        switch (sizes[letter] ?? nil, size) {
        case (nil, _): sizes[letter] = .some(size)
        case (let known?, let size?) where known != size:
          throw ShapeError(reason: "axis \(letter) is \(known) and \(size)")
        case (.some, _): break
        }
      }
    }
    return sizes
  }

  func resultShape(_ shapes: [Shape]) throws(ShapeError) -> Shape {
    let sizes = try sizes(shapes)
    return output.map { sizes[$0] ?? nil }
  }
}
