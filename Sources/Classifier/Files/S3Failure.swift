import S3

extension S3Error {
  /// Whether the same may well succeed later without anybody's doing: S3 is busy or cannot be reached.
  var isTransient: Bool {
    if let status, status >= 500 || status == 429 { return true }
    if needsNewCredentials { return true }
    return [
      "ConnectionFailed", "ConnectionBroken", "Timeout", "TLSFailed", "DeadlineExceeded", "Incomplete",
      "SlowDown", "OperationAborted", "ConditionalRequestConflict", "PreconditionFailed", "RequestTimeout",
      "ChecksumMismatch",
    ].contains(code)
  }
}

extension ClassifierError {
  init(_ error: S3Error) {
    self.init(.storage, reason: "\(error)", isTransient: error.isTransient)
    cause = error
  }
}
