import Keras

/// All that keeps a model from being used, as `thimble inspect` and `check` list it.
struct Refusal: Encodable {
  struct Layer: Encodable {
    var name, className: String?
    var reason: String
    /// What to do.
    var remedy: String?
  }

  var file: String
  var missing: [Layer]

  init(_ error: KerasError) {
    file = error.path
    missing = ([error] + error.others).map {
      Layer(name: $0.layer, className: $0.className, reason: $0.reason, remedy: $0.remedy)
    }
  }

  /// Does what reads a model. Where several of its layers are at fault, all are shown before the error is.
  static func shown<T>(json: Bool, _ body: () throws -> T) throws -> T {
    do {
      return try body()
    } catch let error as KerasError where !error.others.isEmpty || json && error.layer != nil {
      let refusal = Refusal(error)
      if json { try JSONOutput.print(refusal) } else { Terminal.show(refusal.text) }
      throw error
    }
  }

  /// The layers of one class and one fault are listed together, with what to do about them.
  var text: String {
    var groups: [(first: Layer, names: [String])] = []
    for layer in missing {
      let name = layer.name ?? ""
      let same = groups.firstIndex {
        $0.first.className == layer.className && $0.first.reason == layer.reason
          && $0.first.remedy == layer.remedy
      }
      if let same { groups[same].names.append(name) } else { groups.append((layer, [name])) }
    }
    let lines = groups.map { group in
      let (shown, count) = (group.names.prefix(3).joined(separator: ", "), group.names.count)
      let layers = count > 3 ? "\(shown) and \(count - 3) more" : shown
      return "\(group.first.className ?? "") (\(layers)):\n  \(group.first.reason)"
        + (group.first.remedy.map { "\n  what to do: \($0)" } ?? "")
    }
    return "\(file): \(missing.count) layers cannot be read\n\n" + lines.joined(separator: "\n\n") + "\n"
  }
}
