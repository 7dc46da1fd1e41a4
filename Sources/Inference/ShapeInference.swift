extension Operation {
  /// The operation's name in messages, e.g. `convolution`.
  var name: String {
    let text = String(describing: self)
    return String(text.prefix { $0 != "(" })
  }

  /// The result's shape for inputs of the given shapes.
  func resultShape(_ inputs: [Shape]) throws(ShapeError) -> Shape {
    throw ShapeError(reason: "not supported yet")
  }
}
