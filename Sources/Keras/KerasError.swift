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

  public init(
    path: String, layer: String? = nil, className: String? = nil, reason: String, remedy: String? = nil
  ) {
    self.path = path
    self.layer = layer
    self.className = className
    self.reason = reason
    self.remedy = remedy
  }

  public var description: String {
    var text = path + ": "
    if let layer {
      text += "layer \"\(layer)\""
      if let className { text += " (\(className))" }
      text += ": "
    }
    return text + reason + (remedy.map { "; " + $0 } ?? "")
  }
}
