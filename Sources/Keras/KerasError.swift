/// A model file cannot be used: which file, which layer, why, and what can be done.
public struct KerasError: Error, Sendable, CustomStringConvertible {
  /// The model file.
  public let path: String
  /// The layer at fault, with the nested models it lies in (`mobilenet/Conv1`); nil: the file as a whole.
  public let layer: String?
  /// The layer's class, as the file names it.
  public let className: String?
  public let reason: String
  /// What the file's owner can do.
  public let remedy: String?
  /// What else keeps the model from being used, where that was looked for.
  public private(set) var others: [KerasError] = []

  public init(
    path: String, layer: String? = nil, className: String? = nil, reason: String, remedy: String? = nil
  ) {
    self.path = path
    self.layer = layer
    self.className = className
    self.reason = reason
    self.remedy = remedy
  }

  /// Several errors as one; nil: there are none.
  init?(_ all: [KerasError]) {
    guard var first = all.first else { return nil }
    first.others = all.flatMap { [$0.alone] + $0.others }
    first.others.removeFirst()
    self = first
  }

  private var alone: KerasError {
    var error = self
    error.others = []
    return error
  }

  /// The same of a file by another name.
  public func naming(_ path: String) -> KerasError {
    var error = KerasError(
      path: path, layer: layer, className: className, reason: reason, remedy: remedy)
    error.others = others.map { $0.naming(path) }
    return error
  }

  /// One line: of several errors the first, and how many there are.
  public var description: String {
    var text = path + ": "
    if let layer {
      text += "layer \"\(layer)\""
      if let className { text += " (\(className))" }
      text += ": "
    }
    text += reason + (remedy.map { "; " + $0 } ?? "")
    if others.isEmpty { return text }
    return text + " (\(others.count) more of its layers cannot be read: thimble inspect lists all)"
  }
}
