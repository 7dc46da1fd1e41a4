import Inference
import JSON

/// A value of Python while a function is followed: known, or a tensor of the graph.
indirect enum PythonValue {
  case none, ellipsis
  /// What lies beside a function that is called.
  case null
  case bool(Bool), int(Int), float(Double), string(String)
  case tuple([PythonValue]), list([PythonValue])
  /// A list of the model's configuration: it was a list, a tuple or an array.
  case saved([PythonValue])
  case slice(start: PythonValue, stop: PythonValue, step: PythonValue)
  case dictionary([(key: String, value: PythonValue)])
  /// A module, class, function or type by its full name: `tensorflow.nn.relu`.
  case name(String)
  case method(String, of: PythonValue)
  case function(PythonFunction)
  /// What it has yet to give.
  case iterator([PythonValue])
  /// A tensor, a size that is known only later, or an array of numbers.
  case value(Value)

  /// A value of the model's configuration.
  init(saved json: JSONValue) {
    switch json {
    case .null: self = .none
    case .bool(let value): self = .bool(value)
    case .integer(let value): self = .int(value)
    case .real(let value): self = .float(value)
    case .string(let value): self = .string(value)
    case .array(let elements): self = .saved(elements.map { PythonValue(saved: $0) })
    case .object(let object):
      switch object["class_name"]?.string {
      case "__tuple__": self = .tuple((json.unwrapped.array ?? []).map { PythonValue(saved: $0) })
      case "__numpy__", "__tensor__": self = .value(.constant(json))
      case "__ellipsis__": self = .ellipsis
      default: self = .dictionary(object.members.map { ($0.name, PythonValue(saved: $0.value)) })
      }
    }
  }

  /// A result of an operation.
  init(result value: Value) {
    switch value {
    // A list that is one result stands in another.
    case .list(let elements):
      if elements.count == 1, case .list(let inner) = elements[0] {
        self = .tuple(inner.map { PythonValue(result: $0) })
      } else {
        self = .list(elements.map { PythonValue(result: $0) })
      }
    case .constant(.integer(let size)): self = .int(size)
    default: self = .value(value)
    }
  }

  /// What an operation can take; nil: no operation can.
  var argument: Value? {
    switch self {
    case .none: .constant(.null)
    case .bool(let value): .constant(.bool(value))
    case .int(let value): .constant(.integer(value))
    case .float(let value): .constant(.real(value))
    case .string(let value): .constant(.string(value))
    case .ellipsis: .constant(["class_name": "__ellipsis__"])
    case .value(let value): value
    case .name(let name): LibraryName.type(name).map { .constant(.string($0)) }
    case .slice(let start, let stop, let step):
      if let start = start.argument?.constant, let stop = stop.argument?.constant,
        let step = step.argument?.constant
      {
        .constant(["class_name": "__slice__", "config": ["start": start, "stop": stop, "step": step]])
      } else {
        nil
      }
    case .tuple(let elements), .list(let elements), .saved(let elements): Self.list(elements)
    case .null, .dictionary, .method, .function, .iterator: nil
    }
  }

  private static func list(_ elements: [PythonValue]) -> Value? {
    let values = elements.compactMap(\.argument)
    guard values.count == elements.count else { return nil }
    let list = Value.list(values)
    return list.constant.map { .constant($0) } ?? list
  }

  /// The elements of a tuple or list.
  var elements: [PythonValue]? {
    switch self {
    case .tuple(let elements), .list(let elements), .saved(let elements), .iterator(let elements): elements
    default: nil
    }
  }

  var number: PythonNumber? {
    switch self {
    case .bool(let value): .int(value ? 1 : 0)
    case .int(let value): .int(value)
    case .float(let value): .float(value)
    default: nil
    }
  }

  /// What it is, for messages.
  var kind: String {
    switch self {
    case .none: "None"
    case .bool, .int, .float: "a number"
    case .string: "a string"
    case .tuple: "a tuple"
    case .list, .saved: "a list"
    case .dictionary: "a dictionary"
    case .name(let name): name
    case .method(let name, _): "the method \(name)"
    case .function(let function): "the function \(function.program.name)"
    case .value(.size): "a size that is known only at run time"
    case .value(.tensor): "a tensor"
    case .value: "an array"
    case .slice, .ellipsis, .iterator, .null: "an object"
    }
  }
}

/// A function with what it got where it was made.
struct PythonFunction {
  let program: PythonProgram
  /// Of its last parameters.
  var defaults: [PythonValue] = []
  /// Of the variables around it.
  var closure: [PythonValue] = []
}
