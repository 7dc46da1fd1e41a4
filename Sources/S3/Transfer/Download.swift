extension S3Client {
  /// GetObject into a file, by several ranged requests at once. The file appears whole or not at all; nothing
  /// is left behind on failure.
  ///
  /// When the object is replaced meanwhile (unless an ETag was asked for), or its bytes do not arrive as S3 has them,
  /// the download starts again.
  /// - Throws: besides S3's own codes `NoSpace`, `FileError`, `Incomplete`.
  @discardableResult
  public func download(
    _ location: S3Location, to path: String, options: DownloadOptions = DownloadOptions()
  ) throws(S3Error) -> ObjectHead {
    var restarts = 2
    while true {
      do throws(S3Error) {
        let download = try startDownload(location, in: StagedFile.folder(of: path), options: options)
        try download.requestAll()
        let head = try download.finish()
        try download.commit(to: path)
        return head
      } catch {
        let isReplaced = error.isPreconditionFailed && options.ifMatch == nil
        guard isReplaced || error.isChecksumMismatch, restarts > 0 else { throw error }
        restarts -= 1
      }
    }
  }

  /// The same for a file of which only parts may be wanted, and which can be read while it arrives.
  /// - Parameter wants: whether the download is to go on, after what is said of the object; called on another thread.
  public func startDownload(
    _ location: S3Location, in folder: String, options: DownloadOptions = DownloadOptions(),
    wants: @escaping @Sendable (ObjectHead) -> Bool = { _ in true }
  ) throws(S3Error) -> FileDownload {
    try FileDownload(self, location, in: folder, options: options, wants: wants)
  }

  /// Whether the connection guards the bytes, so that parts of an object can be trusted.
  public var isSecure: Bool { endpoint.isSecure }
}
