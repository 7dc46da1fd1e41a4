import HTTP
import Synchronization
import System
import XML

/// The S3 calls that Thimble needs, for any number of threads at once. Calls block the thread that makes them;
/// ``open(_:limit:budget:wants:)`` hands out a body while it arrives.
///
/// What may pass is tried again; a bucket in another region is found by itself. Every error names the
/// operation and the object.
public final class S3Client: Sendable {
  let credentials: Credentials
  let endpoint: Endpoint
  let retry: RetryPolicy
  let http = HTTPTransport()
  private let region: String
  let shared = Mutex(Shared())

  /// What changes while calls are made.
  struct Shared {
    var traceID: String?
    var deadline: Double?
    /// Of buckets that turned out to be elsewhere.
    var regions: [String: String] = [:]
    /// Seconds that the server's clock is ahead of ours.
    var clockOffset = 0.0
    var clock = Clock()
    var stallTimeout = 20.0
  }

  /// Forwarded as `X-Amzn-Trace-Id`.
  public var traceID: String? {
    get { shared.withLock { $0.traceID } }
    set { shared.withLock { $0.traceID = newValue } }
  }

  /// Seconds since 1970: no attempt and no wait lasts longer. nil: none.
  public var deadline: Double? {
    get { shared.withLock { $0.deadline } }
    set { shared.withLock { $0.deadline = newValue } }
  }

  var clock: Clock {
    get { shared.withLock { $0.clock } }
    set { shared.withLock { $0.clock = newValue } }
  }

  /// Seconds without a byte before an attempt is given up.
  var stallTimeout: Double {
    get { shared.withLock { $0.stallTimeout } }
    set { shared.withLock { $0.stallTimeout = newValue } }
  }

  var clockOffset: Double { shared.withLock { $0.clockOffset } }

  /// - Parameter endpoint: `https://host[:port]` of another S3, addressed by path; nil: AWS.
  public init(
    credentials: Credentials, region: String, endpoint: String? = nil, retry: RetryPolicy = .default
  ) throws(S3Error) {
    self.credentials = credentials
    self.region = region
    self.endpoint = if let endpoint { try Endpoint(url: endpoint) } else { Endpoint() }
    self.retry = retry
  }

  /// Credentials, region (`AWS_REGION`, then `AWS_DEFAULT_REGION`, else `us-east-1`) and endpoint
  /// (`AWS_ENDPOINT_URL_S3`, then `AWS_ENDPOINT_URL`) as the AWS tools read them.
  public convenience init(
    environment: [String: String], retry: RetryPolicy = .default
  ) throws(S3Error) {
    func first(_ names: String...) -> String? {
      names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
    }
    try self.init(
      credentials: Credentials(environment: environment),
      region: first("AWS_REGION", "AWS_DEFAULT_REGION") ?? "us-east-1",
      endpoint: first("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"), retry: retry)
  }

  func region(of bucket: String) -> String { shared.withLock { $0.regions[bucket] } ?? region }

  /// What S3 says of an object, by GetObject of its first byte. Unlike the answer to HeadObject an error has its code
  /// and its reason, and an answer leaves the connection open.
  /// - Parameter ifMatch: the ETag that it must have, else ``S3Error/isPreconditionFailed``.
  public func peek(_ location: S3Location, ifMatch: String? = nil) throws(S3Error) -> ObjectHead {
    var call = S3Call(.getObject, method: "GET", location)
    call.headers = [("x-amz-checksum-mode", "ENABLED"), ("Range", "bytes=0-0")]
    if let ifMatch { call.headers.append(("If-Match", ETag.quoted(ifMatch))) }
    do throws(S3Error) {
      return try head(perform(call), call)
    } catch {
      // An object without bytes has no range.
      guard error.code == "InvalidRange" else { throw error }
      return try get(location, limit: 0, ifMatch: ifMatch).head
    }
  }

  /// GetObject into memory.
  /// - Parameters:
  ///   - limit: bytes; a larger object fails with code `TooLarge`.
  ///   - ifMatch: the ETag that it must have, else ``S3Error/isPreconditionFailed``.
  public func get(
    _ location: S3Location, limit: Int, ifMatch: String? = nil
  ) throws(S3Error) -> (head: ObjectHead, body: [UInt8]) {
    var call = S3Call(.getObject, method: "GET", location)
    call.headers = [("x-amz-checksum-mode", "ENABLED")]
    if let ifMatch { call.headers.append(("If-Match", ETag.quoted(ifMatch))) }
    // Enough for an error's text, whatever the object may have.
    call.limit = max(limit, 64 << 10)
    let answer = try perform(call)
    guard answer.body.count <= limit else {
      throw call.error("TooLarge", "the object is longer than the \(limit) bytes that are allowed.")
    }
    let head = try head(answer, call)
    guard head.length == answer.body.count else {
      throw call.error("Incomplete", "\(answer.body.count) of \(head.length) bytes came.")
    }
    return (head, answer.body)
  }

  /// CopyObject onto itself: changes user metadata and keeps everything else that the object had, but for
  /// access control lists, which S3 never copies. Fails with ``S3Error/isPreconditionFailed`` when the object
  /// is no longer the one of `head`.
  /// - Parameters:
  ///   - head: from ``peek(_:ifMatch:)`` or ``get(_:limit:ifMatch:)``.
  ///   - metadata: names (without `x-amz-meta-`) and new values, encoded where needed; a nil value removes the
  ///     entry. Entries that are not named stay as they are.
  ///   - grants: headers that give the copy an access control list; none: it is private to its owner.
  /// - Returns: the new ETag; nil: the object has this metadata already, and nothing was written.
  @discardableResult
  public func replaceMetadata(
    of location: S3Location, head: ObjectHead, metadata: [(name: String, value: String?)],
    grants: [(name: String, value: String)] = []
  ) throws(S3Error) -> String? {
    let change = MetadataChange(head, changes: metadata)
    if change.isDone(head) { return nil }
    var call = S3Call(.copyObject, method: "PUT", location)
    if let obstacle = change.obstacle { throw call.error(obstacle.code, obstacle.message) }
    var source = "/\(location.bucket)/" + PercentEncoding.encode(location.key, keeping: "/")
    if let versionID = location.versionID { source += "?versionId=" + PercentEncoding.encode(versionID) }
    call.headers = [("x-amz-copy-source", source)] + change.headers + grants
    // S3 answers when it has copied.
    call.stallTimeout = max(120, stallTimeout)
    var attempts = Attempts()
    do throws(S3Error) {
      let answer = try perform(call, &attempts)
      guard let eTag = XMLElement(parsing: answer.body)?["ETag"] else {
        throw call.error("Incomplete", "the answer names no ETag.", status: answer.status)
      }
      return ETag.unquoted(eTag)
    } catch {
      // A copy can change the ETag. One that was done, but whose answer was lost, lets the next attempt fail.
      guard error.isPreconditionFailed, attempts.mayHaveSucceeded, let now = try? peek(location),
        change.isDone(now)
      else { throw error }
      return now.eTag
    }
  }

  /// The size of the user metadata that ``replaceMetadata(of:head:metadata:)`` would write, in bytes as S3
  /// counts them against its limit of 2048.
  public static func metadataSize(_ head: ObjectHead, metadata: [(name: String, value: String?)]) -> Int {
    MetadataChange(head, changes: metadata).metadataSize
  }

  private func head(_ answer: HTTPResponse, _ call: S3Call) throws(S3Error) -> ObjectHead {
    guard let head = ObjectHead(answer.headers) else {
      throw call.error("Incomplete", "the answer has no ETag or no length.", status: answer.status)
    }
    return head
  }
}
