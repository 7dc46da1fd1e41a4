/// Why an S3 call failed.
public struct S3Error: Error, Sendable, CustomStringConvertible {
  /// `GetObject`, `CopyObject`, ...; empty before there is a call.
  public var operation: String
  public var location: S3Location?
  /// The answer's; nil where there was none.
  public var status: Int?
  /// S3's own (`NoSuchKey`, `PreconditionFailed`, `AccessDenied`, ...), or ours: `MissingCredentials`,
  /// `InvalidRequest`, `ConnectionFailed`, `DeadlineExceeded`, `TooLarge`, `NoSpace`, `FileError`,
  /// `Incomplete`, `ChecksumMismatch`, `NotSupported`.
  public var code: String
  public var message: String
  public var requestID: String?
  /// What can be done; nil where nothing is known to help.
  public var remedy: String?

  public init(
    operation: String = "", location: S3Location? = nil, status: Int? = nil, code: String, message: String,
    requestID: String? = nil, remedy: String? = nil
  ) {
    self.operation = operation
    self.location = location
    self.status = status
    self.code = code
    self.message = message
    self.requestID = requestID
    self.remedy = remedy
  }

  /// The object, or that version of it, is not there (any more). Only S3's own word counts: a 404 without a
  /// code is somebody else's. A 405 speaks of a version that is a deletion. A bucket that is not there is a mistake in
  /// the settings.
  public var isNotFound: Bool {
    switch code {
    case "NoSuchKey", "NoSuchVersion": true
    case "MethodNotAllowed": location?.versionID != nil
    default: false
    }
  }

  /// The credentials are no longer good. Lambda gives new ones only to a new process.
  public var needsNewCredentials: Bool {
    ["ExpiredToken", "InvalidToken", "TokenRefreshRequired"].contains(code)
  }

  /// The object is no longer the one that was asked for by its ETag.
  public var isPreconditionFailed: Bool { code == "PreconditionFailed" }

  /// The deadline that was set on the client passed first.
  public var isDeadlineExceeded: Bool { code == "DeadlineExceeded" }

  public var description: String {
    var text = operation
    if let location { text += (text.isEmpty ? "" : " ") + location.uri }
    if !text.isEmpty { text += ": " }
    text += code
    var details: [String] = []
    if let status { details.append("status \(status)") }
    if let requestID { details.append("request \(requestID)") }
    if !details.isEmpty { text += " (" + details.joined(separator: ", ") + ")" }
    if !message.isEmpty { text += ": " + message }
    if let remedy { text += " " + remedy }
    return text
  }
}
