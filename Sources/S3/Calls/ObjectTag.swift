/// A tag of an object.
public struct ObjectTag: Sendable, Hashable {
  /// At most 128 characters, unique on the object.
  public var key: String
  /// At most 256 characters.
  public var value: String

  public init(key: String, value: String) {
    self.key = key
    self.value = value
  }
}
