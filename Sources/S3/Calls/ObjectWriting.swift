import HTTP

/// What the function never does to a bucket; `thimble check --endpoint` does, to objects of its own.
extension S3Client {
  /// PutObject.
  /// - Parameter headers: `content-type`, `x-amz-meta-...` and so on.
  package func put(
    _ location: S3Location, _ body: [UInt8], headers: [(name: String, value: String)] = []
  ) throws(S3Error) -> HTTPResponse {
    var call = S3Call(.putObject, method: "PUT", location)
    call.headers = headers
    call.body = body
    return try perform(call)
  }

  /// DeleteObject. An object that is not there is deleted, too.
  package func delete(_ location: S3Location) throws(S3Error) {
    _ = try perform(S3Call(.deleteObject, method: "DELETE", location))
  }

  /// GetObject with headers of the caller's own: the answer as it is.
  package func answer(
    _ location: S3Location, headers: [(name: String, value: String)]
  ) throws(S3Error) -> HTTPResponse {
    var call = S3Call(.getObject, method: "GET", location)
    call.headers = headers
    return try perform(call)
  }
}
