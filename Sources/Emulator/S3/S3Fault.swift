import Foundation

/// An error as S3 reports it. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
struct S3Fault: Error, Sendable {
  var status: Int
  var code: String
  var message: String
  /// Further elements of the error document.
  var details: [(name: String, value: String)] = []
  var headers: [String: String] = [:]

  init(
    _ status: Int, _ code: String, _ message: String, details: [(name: String, value: String)] = [],
    headers: [String: String] = [:]
  ) {
    self.status = status
    self.code = code
    self.message = message
    self.details = details
    self.headers = headers
  }

  static func noSuchBucket(_ name: String) -> S3Fault {
    S3Fault(404, "NoSuchBucket", "The specified bucket does not exist", details: [("BucketName", name)])
  }

  static func noSuchKey(_ key: String) -> S3Fault {
    S3Fault(404, "NoSuchKey", "The specified key does not exist.", details: [("Key", key)])
  }

  static let noSuchUpload = S3Fault(
    404, "NoSuchUpload",
    "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or "
      + "completed.")

  static func preconditionFailed(_ condition: String) -> S3Fault {
    S3Fault(
      412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold",
      details: [("Condition", condition)])
  }

  static let notModified = S3Fault(304, "NotModified", "Not Modified")

  static func invalidArgument(_ message: String, name: String, value: String) -> S3Fault {
    S3Fault(
      400, "InvalidArgument", message, details: [("ArgumentName", name), ("ArgumentValue", value)])
  }

  static func invalidRequest(_ message: String) -> S3Fault { S3Fault(400, "InvalidRequest", message) }

  static let malformedXML = S3Fault(
    400, "MalformedXML",
    "The XML you provided was not well-formed or did not validate against our published schema")

  static func badDigest(_ name: String) -> S3Fault {
    S3Fault(400, "BadDigest", "The \(name) you specified did not match the calculated checksum.")
  }

  static let incompleteBody = S3Fault(
    400, "IncompleteBody",
    "You did not provide the number of bytes specified by the Content-Length HTTP header")

  static func internalError(_ reason: String) -> S3Fault {
    S3Fault(500, "InternalError", "We encountered an internal error. Please try again. (\(reason))")
  }

  static func notImplemented(_ what: String) -> S3Fault {
    S3Fault(501, "NotImplemented", "The emulator does not implement \(what).")
  }

  /// The error document.
  func xml(requestID: String) -> Data {
    var xml = XMLWriter()
    xml.element("Error") { xml in
      xml.element("Code", code)
      xml.element("Message", message)
      for (name, value) in details { xml.element(name, value) }
      xml.element("RequestId", requestID)
      xml.element("HostId", S3Service.hostID)
    }
    return xml.data
  }
}
