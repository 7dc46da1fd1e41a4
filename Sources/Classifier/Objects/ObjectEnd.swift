import S3

/// Why an object gets no results.
struct ObjectEnd: Error {
  var status: ObjectResult.Status
  var reason: String?
  var isTransient = false
  /// Whether the image can never be used: its bytes, which are those that S3 has, are at fault.
  var isLasting = false
  /// Whether S3 no longer accepts our credentials.
  var needsNewCredentials = false

  init(_ status: ObjectResult.Status, _ reason: String? = nil) {
    self.status = status
    self.reason = reason
  }

  init(_ error: ClassifierError) {
    self.init(.failed, "\(error)")
    isTransient = error.isTransient
    isLasting = error.kind == .image
    needsNewCredentials = error.cause?.needsNewCredentials ?? false
  }

  /// - Parameter error: of a call about the object itself.
  init(_ error: S3Error) {
    self.init(error.isNotFound ? .gone : .failed)
    if status == .failed { (reason, isTransient) = ("\(error)", error.isTransient) }
    isLasting = error.code == "TooLarge"
    needsNewCredentials = error.needsNewCredentials
  }

  /// The reason for an object's metadata, which has room for little.
  var mark: String {
    var text = ""
    for character in reason ?? "" where text.utf8.count < 200 { text.append(character) }
    return text
  }

  static func calling<Value>(_ body: () throws(S3Error) -> Value) throws(ObjectEnd) -> Value {
    do throws(S3Error) { return try body() } catch { throw ObjectEnd(error) }
  }
}
