import HTTP

extension S3Client {
  /// GetObject into a file, by several ranged requests at once. The file appears whole or not at all; nothing
  /// is left behind on failure. Nothing is synced to disk.
  ///
  /// All parts are of one version of the object: when it is replaced meanwhile, the download starts again
  /// (unless an ETag was asked for).
  /// - Throws: besides S3's own codes `NoSpace`, `FileError`, `Incomplete`.
  @discardableResult
  public func download(
    _ location: S3Location, to path: String, options: DownloadOptions = DownloadOptions()
  ) throws(S3Error) -> ObjectHead {
    var restarts = 2
    while true {
      do throws(S3Error) {
        return try Download(self, location, path, options).run()
      } catch {
        guard error.isPreconditionFailed, options.ifMatch == nil, restarts > 0 else { throw error }
        restarts -= 1
      }
    }
  }
}

/// One download of one version of an object.
final class Download {
  private let client: S3Client
  private let location: S3Location
  private let options: DownloadOptions
  /// Bytes; in a range that any offset can be added to.
  private var partSize: Int { min(max(1, options.partSize), 1 << 40) }
  private let file: StagedFile
  /// Parts that nobody fetches at the moment.
  private var waiting: [DownloadPart] = []
  private var running: [HTTPClient.ExchangeID: DownloadPart] = [:]
  /// From the first answer.
  private var head: ObjectHead?

  init(
    _ client: S3Client, _ location: S3Location, _ path: String, _ options: DownloadOptions
  ) throws(S3Error) {
    self.client = client
    self.location = location
    self.options = options
    do throws(StagedFile.Failure) {
      file = try StagedFile(path: path)
    } catch {
      throw S3Call(.getObject, method: "GET", location).error(error)
    }
  }

  func run() throws(S3Error) -> ObjectHead {
    defer { for id in running.keys { client.http.cancel(id) } }
    // The first part tells how many there are.
    waiting = [DownloadPart(0..<partSize, of: file, eTag: options.ifMatch, isFirst: true)]
    while !waiting.isEmpty || !running.isEmpty {
      try startDue()
      for (id, result) in client.http.poll(atMost: untilNextDue) {
        guard let part = running.removeValue(forKey: id) else { continue }
        try finish(part, result)
      }
      if head == nil, let first = running.values.first(where: { $0.head != nil }) { try plan(first) }
    }
    guard let head else { throw call(nil).error("Incomplete", "no part was received.") }
    try keep { () throws(StagedFile.Failure) in try file.commit() }
    return head
  }

  /// Seconds to wait for the network.
  private var untilNextDue: Double {
    guard running.count < options.connections, let due = waiting.map(\.due).min() else { return 60 }
    return max(0.001, min(60, due - client.clock.now()))
  }

  private func startDue() throws(S3Error) {
    let now = client.clock.now()
    while running.count < max(1, options.connections),
      let index = waiting.firstIndex(where: { $0.due <= now })
    {
      let part = waiting.remove(at: index)
      let request = try client.request(call(part), &part.attempts)
      part.begin()
      do throws(HTTPError) {
        running[try client.http.start(request, sink: part)] = part
      } catch {
        throw call(part).error(error)
      }
    }
  }

  private func finish(_ part: DownloadPart, _ result: Result<HTTPResponse, HTTPError>) throws(S3Error) {
    if let failure = part.failure { throw call(part).error(failure) }
    if part.isReplaced {
      throw call(part).error(
        "PreconditionFailed", "the object was replaced during its download.", status: 412)
    }
    let call = call(part)
    var result = result
    // An object without bytes has no range.
    if part.isFirst, case .success(let answer) = result, answer.status == 416 {
      return try finishEmpty(call)
    }
    // Told from the first head, even where the rest of that answer is lost.
    if head == nil, part.head != nil { try plan(part) }
    if case .success(let answer) = result, (200..<300).contains(answer.status), !part.isComplete {
      let reason = "the answer ends \(part.missing) bytes too early"
      result = .failure(HTTPError(.broken, request: "GET \(location.uri)", reason: reason))
    }
    switch client.judge(result, of: call, &part.attempts) {
    case .done: break
    case .failed(let error): throw error
    case .again(let delay):
      part.due = client.clock.now() + delay
      waiting.append(part)
    }
  }

  /// Takes the room and cuts what is left into parts.
  private func plan(_ first: DownloadPart) throws(S3Error) {
    guard let head = first.head else { return }
    self.head = head
    try keep { () throws(StagedFile.Failure) in try file.allocate(head.length) }
    var start = first.range.upperBound
    while start < head.length {
      let end = min(head.length, start + partSize)
      waiting.append(DownloadPart(start..<end, of: file, eTag: head.eTag, isFirst: false))
      start = end
    }
  }

  private func finishEmpty(_ call: S3Call) throws(S3Error) {
    let head = try client.head(location)
    guard head.length == 0, options.ifMatch.map({ ETag.unquoted($0) == head.eTag }) ?? true else {
      throw call.error("PreconditionFailed", "the object was replaced during its download.", status: 412)
    }
    self.head = head
  }

  private func call(_ part: DownloadPart?) -> S3Call {
    var call = S3Call(.getObject, method: "GET", location)
    guard let part else { return call }
    call.headers = [("Range", "bytes=\(part.next)-\(part.range.upperBound - 1)")]
    if let eTag = part.eTag { call.headers.append(("If-Match", ETag.quoted(eTag))) }
    return call
  }

  private func keep(_ body: () throws(StagedFile.Failure) -> Void) throws(S3Error) {
    do throws(StagedFile.Failure) {
      try body()
    } catch {
      throw call(nil).error(error)
    }
  }
}
