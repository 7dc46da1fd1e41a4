import S3

/// S3 as the source of the function's files: available, or not, with a reason that is reported when a file is needed.
struct ObjectStore {
  let client: Result<S3Client, S3Error>
  /// Whether the connection guards what comes.
  var isSecure: Bool

  init(environment: [String: String]) {
    self.init(Result { () throws(S3Error) in try S3Client(environment: environment) })
  }

  init(_ client: Result<S3Client, S3Error>) {
    self.client = client
    isSecure = (try? client.get())?.isSecure ?? false
  }

  /// What S3 says of an object.
  func peek(_ location: S3Location) throws(ClassifierError) -> ObjectHead {
    try run { client throws(S3Error) in try client.peek(location) }
  }

  /// - Parameter limit: bytes.
  func read(_ location: S3Location, limit: Int) throws(ClassifierError) -> [UInt8] {
    try run { client throws(S3Error) in try client.get(location, limit: limit).body }
  }

  func download(_ location: S3Location, to path: String, eTag: String) throws(ClassifierError) {
    try run { client throws(S3Error) in
      _ = try client.download(location, to: path, options: DownloadOptions(ifMatch: eTag))
    }
  }

  /// - Parameter wants: whether the download is to go on, after what is said of the object; called on another thread.
  func startDownload(
    _ location: S3Location, in folder: String, wants: @escaping @Sendable (ObjectHead) -> Bool
  ) throws(ClassifierError) -> FileDownload {
    try run { client throws(S3Error) in try client.startDownload(location, in: folder, wants: wants) }
  }

  private func run<Value>(
    _ body: (S3Client) throws(S3Error) -> Value
  ) throws(ClassifierError) -> Value {
    try Self.run { () throws(S3Error) in try body(try client.get()) }
  }

  static func run<Value>(_ body: () throws(S3Error) -> Value) throws(ClassifierError) -> Value {
    do throws(S3Error) { return try body() } catch { throw ClassifierError(error) }
  }
}
