import Inference
import JSON

extension LayerClass {
  /// `keras.ops.rearrange`, whose pattern is that of einops: `"b (h p) w c -> b h w (p c)"`.
  static let rearrange: [String: LayerClass] = [
    "Rearrange": LayerClass { layer, builder throws(KerasError) in
      let x = try layer.operand(0, "tensor", in: &builder)
      guard case .constant(let json)? = layer.optionalOperand(1, "pattern"), let pattern = json.string else {
        throw layer.error("it is given no pattern")
      }
      let arrow = pattern.firstIndex(of: "-") ?? pattern.endIndex
      let sides = [pattern[..<arrow], pattern[arrow...].dropFirst(2)]
      let shape = builder.shape(x)
      guard pattern[arrow...].hasPrefix("->"), let from = groups(sides[0]), let to = groups(sides[1]),
        from.count == shape.count, Set(from.joined()).count == from.joined().count,
        from.joined().sorted() == to.joined().sorted(), from.joined().count <= 16
      else { throw layer.error("its pattern \"\(pattern)\" does not fit the shape \(shape.text)") }
      // The size of every name; nil: not known.
      var sizes: [String: Int] = [:]
      for keyword in layer.arguments.keywords {
        if let size = keyword.value.constant?.integer, size > 0 { sizes[keyword.key] = size }
      }
      for (axis, names) in from.enumerated() {
        let unknown = names.filter { sizes[$0] == nil }
        guard let size = shape[axis], unknown.count == 1 else { continue }
        let known = names.compactMap { sizes[$0] }.reduce(1) {
          $0.multipliedReportingOverflow(by: $1).partialValue
        }
        guard known > 0, size % known == 0 else {
          throw layer.error("axis \(axis) of \(size) does not divide into \(known)")
        }
        sizes[unknown[0]] = size / known
      }
      func product(_ names: [String]) -> Int {
        names.contains { sizes[$0] == nil }
          ? -1 : names.reduce(1) { $0.multipliedReportingOverflow(by: sizes[$1] ?? 1).partialValue }
      }
      let split = try builder.add(.reshape(from.joined().map { sizes[$0] ?? -1 }), [x], layer)
      let order = Array(from.joined())
      let moved = try builder.add(
        .transpose(to.joined().compactMap { order.firstIndex(of: $0) }), [split], layer)
      return .tensor(try builder.add(.reshape(to.map(product)), [moved], layer))
    }
  ]

  /// The names of a side's axes; several where parentheses put them together. nil: it is not well formed.
  private static func groups(_ side: Substring) -> [[String]]? {
    var groups: [[String]] = []
    var isInside = false
    // Parentheses are words of their own.
    let spaced = String(side.flatMap { $0 == "(" || $0 == ")" ? [" ", $0, " "] : [$0] })
    for word in spaced.split(separator: " ") {
      switch word {
      case "(":
        if isInside { return nil }
        isInside = true
        groups.append([])
      case ")":
        if !isInside { return nil }
        isInside = false
      default:
        guard word.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" }) else { return nil }
        if isInside { groups[groups.count - 1].append(String(word)) } else { groups.append([String(word)]) }
      }
    }
    return isInside ? nil : groups
  }
}
