/// Why an image could not be turned into pixels or numbers.
///
/// The text names the cause and, where there is one, the remedy. It does not name the file: only the
/// caller knows it.
public struct ImagingError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kinds of failure that a caller may want to distinguish.
  public enum Kind: String, Sendable {
    /// A format, or a form of one, that is not read; or no image at all.
    case unsupportedFormat
    /// The data ends before the image does.
    case truncated
    /// The data contradicts its format.
    case corrupt
    /// More pixels than the limits allow.
    case tooLarge
    /// The rest of a file that was still arriving will never come; the image itself may be sound.
    case interrupted
    /// The request itself makes no sense: a size of zero, a buffer of the wrong length, ...
    case invalidRequest
  }

  public let kind: Kind
  public let reason: String

  public init(_ kind: Kind, _ reason: String) {
    self.kind = kind
    self.reason = reason
  }

  public var description: String { reason }
}
