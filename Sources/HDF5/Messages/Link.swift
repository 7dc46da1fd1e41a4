/// A named way from a group to something else.
struct Link: Sendable {
  enum Target: Sendable {
    /// An object of this file.
    case hard(address: Int)
    /// A path in this file.
    case soft(path: String)
    /// A path in another file.
    case external(file: String, path: String)
    /// A kind that an application defined.
    case other(type: Int)
  }

  let name: String
  /// Counts up with each link that the group got; nil: not tracked.
  var creationOrder: Int?
  let target: Target
}
