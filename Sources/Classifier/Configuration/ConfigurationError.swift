/// What is wrong with a configuration, and where.
public struct ConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file, or how it was asked for.
  public var file: String
  /// `models[0].input.resize`; empty: the whole file.
  public var place: String
  public var reason: String

  public init(file: String, place: String = "", reason: String) {
    self.file = file
    self.place = place
    self.reason = reason
  }

  public var description: String { "\(file): " + (place.isEmpty ? reason : "\(place): \(reason)") }
}
