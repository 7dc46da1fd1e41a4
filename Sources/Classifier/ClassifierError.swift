import S3

/// Why an image has no labels.
public struct ClassifierError: Error, Sendable, CustomStringConvertible {
  public enum Kind: String, Sendable {
    /// The image cannot be read.
    case image
    /// The model or its labels cannot be used.
    case model
    /// The configuration does not fit the model, or makes no sense.
    case configuration
    /// A file or an object cannot be had.
    case storage
  }

  public var kind: Kind
  /// The file, object or model at fault; empty: the reason names it.
  public var subject: String
  public var reason: String
  /// Whether the same may well succeed later without anybody's doing.
  public var isTransient: Bool
  /// Whether it will be the same as long as the model and the settings are.
  var isLasting = false
  /// What S3 said; nil where it is not to blame.
  var cause: S3Error?

  public init(_ kind: Kind, subject: String = "", reason: String, isTransient: Bool = false) {
    self.kind = kind
    self.subject = subject
    self.reason = reason
    self.isTransient = isTransient
  }

  public init(_ error: ConfigurationError) {
    self.init(.configuration, reason: "\(error)")
  }

  /// The same of something named, unless it names something already.
  func naming(_ subject: String) -> ClassifierError {
    var error = self
    if error.subject.isEmpty { error.subject = subject }
    return error
  }

  public var description: String { subject.isEmpty ? reason : "\(subject): \(reason)" }
}
