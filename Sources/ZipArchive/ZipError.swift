/// Why a zip file could not be read or unpacked.
public struct ZipError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The archive.
  public let path: String
  /// The name of the entry in it; nil when it is about the whole archive.
  public let entry: String?
  /// What is wrong and, where there is one, the remedy.
  public let reason: String

  public init(path: String, entry: String? = nil, reason: String) {
    self.path = path
    self.entry = entry
    self.reason = reason
  }

  public var description: String {
    guard let entry else { return "\(path): \(reason)" }
    return "\(path): entry \(quoted(entry)): \(reason)"
  }
}
