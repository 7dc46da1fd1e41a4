import JSON
import System

/// Reads the entries of `inbound_nodes`, of which each is one call of a layer.
struct CallParser {
  /// The names of the model's layers.
  let layers: Set<ByteKey>

  /// Reads a call in the format of Keras 1 and 2 (a list of references) or 3 (`args` and `kwargs`).
  func call(_ json: JSONValue) -> CallArguments<TensorReference> {
    var call = CallArguments<TensorReference>()
    if let object = json.object, let positional = object["args"]?.array {
      for argument in positional { call.positional.append(self.argument(argument)) }
      for member in object["kwargs"]?.object?.members ?? [] {
        call.keywords.append((member.name, argument(member.value)))
      }
      return call
    }
    var keywords: JSONObject?
    call.positional = [legacy(json, &keywords)]
    for member in keywords?.members ?? [] { call.keywords.append((member.name, argument(member.value))) }
    return call
  }

  /// Reads the first argument of a call of Keras 1 or 2: `[["conv1", 0, 0, {}]]`, with one entry a tensor of
  /// a list, or `["conv1", 0, 0, {}]`.
  /// - Parameter keywords: set to the further arguments, which every reference carries.
  private func legacy(_ json: JSONValue, _ keywords: inout JSONObject?) -> Argument<TensorReference> {
    switch json {
    case .array(let elements):
      if elements.count == 4, let further = elements[3].object { keywords = further }
      if elements.first?.string == "_CONSTANT_VALUE", elements.count >= 3 { return .constant(elements[2]) }
      if let reference = TensorReference(json) { return .tensor(reference) }
      var list: [Argument<TensorReference>] = []
      for element in elements { list.append(legacy(element, &keywords)) }
      return list.count == 1 ? list[0] : .list(list)
    case .object(let object):
      var members: [(key: String, value: Argument<TensorReference>)] = []
      for member in object.members { members.append((member.name, legacy(member.value, &keywords))) }
      return .dictionary(members)
    default: return .constant(json)
    }
  }

  /// Reads an argument that may be a tensor in either format, a constant, or hold both.
  private func argument(_ json: JSONValue) -> Argument<TensorReference> {
    let argument: Argument<TensorReference>
    switch json {
    case .array(let elements):
      if elements.count <= 4, let reference = TensorReference(json), layers.contains(ByteKey(reference.layer))
      {
        return .tensor(reference)
      }
      if elements.first?.string == "_CONSTANT_VALUE", elements.count >= 3 { return .constant(elements[2]) }
      argument = .list(elements.map { self.argument($0) })
    case .object(let object):
      let config = object["config"]
      switch object["class_name"]?.string {
      case "__keras_tensor__":
        guard let history = config?["keras_history"], let reference = TensorReference(history) else {
          return .constant(json)
        }
        return .tensor(reference)
      case "__tuple__":
        argument = .list((json.unwrapped.array ?? []).map { self.argument($0) })
      case nil: argument = .dictionary(object.members.map { ($0.name, self.argument($0.value)) })
      default: return .constant(json)
      }
    default: return .constant(json)
    }
    return argument.dependencies.isEmpty ? .constant(json.unwrapped) : argument
  }
}
