extension S3Client {
  /// GetObject into a file, by several ranged requests at once. The file appears whole or not at all; nothing
  /// is left behind on failure.
  ///
  /// When the object is replaced meanwhile, the download starts again (unless an ETag was asked for).
  /// - Throws: besides S3's own codes `NoSpace`, `FileError`, `Incomplete`.
  @discardableResult
  public func download(
    _ location: S3Location, to path: String, options: DownloadOptions = DownloadOptions()
  ) throws(S3Error) -> ObjectHead {
    var restarts = 2
    while true {
      do throws(S3Error) {
        let download = try FileDownload(
          self, location, to: path, options: options, takesAll: true, wants: { _ in true })
        let head = try download.finish()
        try download.commit()
        return head
      } catch {
        guard error.isPreconditionFailed, options.ifMatch == nil, restarts > 0 else { throw error }
        restarts -= 1
      }
    }
  }
}
