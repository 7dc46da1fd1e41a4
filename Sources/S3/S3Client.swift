import HTTP

/// The S3 calls that Thimble needs. Blocking; to be used by one thread at a time.
public final class S3Client {
  /// Forwarded as `X-Amzn-Trace-Id`.
  public var traceID: String?
  /// Seconds since 1970: no attempt and no wait lasts longer. nil: none.
  public var deadline: Double?

  /// - Parameter endpoint: `https://host[:port]` of another S3, addressed by path; nil: AWS.
  public init(
    credentials: Credentials, region: String, endpoint: String? = nil, retry: RetryPolicy = .default
  ) throws(S3Error) {}

  /// Credentials, region (`AWS_REGION`, then `AWS_DEFAULT_REGION`, else `us-east-1`) and endpoint
  /// (`AWS_ENDPOINT_URL_S3`, then `AWS_ENDPOINT_URL`) as the AWS tools read them.
  public convenience init(
    environment: [String: String], retry: RetryPolicy = .default
  ) throws(S3Error) {
    try self.init(
      credentials: Credentials(environment: environment), region: environment["AWS_REGION"] ?? "us-east-1")
  }

  /// HeadObject. An object that is not there: ``S3Error/isNotFound``.
  public func head(_ location: S3Location) throws(S3Error) -> ObjectHead { throw Self.unbuilt }

  /// GetObject into memory.
  /// - Parameters:
  ///   - limit: bytes; a larger object fails with code `TooLarge`.
  ///   - ifMatch: the ETag that it must have, else ``S3Error/isPreconditionFailed``.
  public func get(
    _ location: S3Location, limit: Int, ifMatch: String? = nil
  ) throws(S3Error) -> (head: ObjectHead, body: [UInt8]) { throw Self.unbuilt }

  /// GetObject into a file, by several ranged requests at once. The file appears whole or not at all; nothing
  /// is left behind on failure.
  @discardableResult
  public func download(
    _ location: S3Location, to path: String, options: DownloadOptions = DownloadOptions()
  ) throws(S3Error) -> ObjectHead { throw Self.unbuilt }

  /// CopyObject onto itself: changes user metadata and keeps everything else that the object had. Fails with
  /// ``S3Error/isPreconditionFailed`` when the object is no longer the one of `head`.
  /// - Parameters:
  ///   - head: from ``head(_:)`` or ``get(_:limit:ifMatch:)``.
  ///   - metadata: names (without `x-amz-meta-`) and new values, encoded where needed; a nil value removes the
  ///     entry. Entries that are not named stay as they are.
  /// - Returns: the new ETag.
  @discardableResult
  public func replaceMetadata(
    of location: S3Location, head: ObjectHead, metadata: [(name: String, value: String?)]
  ) throws(S3Error) -> String { throw Self.unbuilt }

  /// GetObjectTagging.
  public func tags(of location: S3Location) throws(S3Error) -> [ObjectTag] { throw Self.unbuilt }

  /// Sets these tags and keeps the others. Two calls of S3's: not atomic.
  public func mergeTags(_ tags: [ObjectTag], on location: S3Location) throws(S3Error) {
    throw Self.unbuilt
  }

  private static let unbuilt = S3Error(code: "NotSupported", message: "not built yet")
}
