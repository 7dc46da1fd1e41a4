import Foundation
import System

/// The `If-*` headers of a request (RFC 9110, section 13), also in their `x-amz-copy-source-if-*` form.
struct Conditions: Sendable {
  private var match: String?
  private var noneMatch: String?
  private var modifiedSince: Date?
  private var unmodifiedSince: Date?

  /// - Parameter prefix: `""` or `x-amz-copy-source-`.
  init(_ headers: [String: String], prefix: String = "") {
    match = headers[prefix + "if-match"]
    noneMatch = headers[prefix + "if-none-match"]
    modifiedSince = headers[prefix + "if-modified-since"].flatMap(UTCTime.init(http:)).map(Date.init)
    unmodifiedSince = headers[prefix + "if-unmodified-since"].flatMap(UTCTime.init(http:)).map(Date.init)
  }

  /// For reading an object.
  /// - Throws: 412, or 304 where the client has the object already.
  func checkRead(_ record: ObjectRecord) throws(S3Fault) {
    if let match {
      guard Self.contains(match, record.etag) else { throw .preconditionFailed("If-Match") }
    } else if let unmodifiedSince, record.modified.wholeSeconds > unmodifiedSince {
      throw .preconditionFailed("If-Unmodified-Since")
    }
    if let noneMatch {
      if Self.contains(noneMatch, record.etag) { throw Self.notModified(record) }
    } else if let modifiedSince, record.modified.wholeSeconds <= modifiedSince {
      throw Self.notModified(record)
    }
  }

  /// For the source of a copy, where 304 makes no sense.
  func checkCopySource(_ record: ObjectRecord) throws(S3Fault) {
    do {
      try checkRead(record)
    } catch {
      throw error.status == 304 ? .preconditionFailed("x-amz-copy-source-If-None-Match") : error
    }
  }

  /// For writing or removing: with the object that is there now.
  func checkWrite(_ record: ObjectRecord?, key: String) throws(S3Fault) {
    if let match {
      guard let record else { throw .noSuchKey(key) }
      guard Self.contains(match, record.etag) else { throw .preconditionFailed("If-Match") }
    }
    if let noneMatch, let record, Self.contains(noneMatch, record.etag) {
      throw .preconditionFailed("If-None-Match")
    }
  }

  private static func notModified(_ record: ObjectRecord) -> S3Fault {
    var fault = S3Fault.notModified
    fault.headers = ["ETag": "\"\(record.etag)\"", "Last-Modified": UTCTime(record.modified).http]
    return fault
  }

  private static func contains(_ list: String, _ etag: String) -> Bool {
    list.split(separator: ",").contains { item in
      let item = item.trimmingCharacters(in: .whitespaces)
      return item == "*" || item.trimmingCharacters(in: ["\""]) == etag
    }
  }
}

extension Date {
  /// Without the fraction, which HTTP dates do not have.
  var wholeSeconds: Date { Date(timeIntervalSince1970: timeIntervalSince1970.rounded(.down)) }
}
