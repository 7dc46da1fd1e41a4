import HTTP

/// The requests of a download, several at once, and what they bring.
extension FileDownload {
  /// Starts requests for the parts that are waiting, as many as may run.
  func startWaiting() {
    let streams = state.withLock { state in
      var streams: [ObjectStream] = []
      while state.failure == nil, state.running.count < max(1, options.connections),
        let range = state.parts.next()
      {
        let stream = stream(range, ifMatch: state.head?.eTag ?? options.ifMatch)
        state.running.append(stream)
        streams.append(stream)
      }
      return streams
    }
    // Not within the lock: one that cannot be started ends at once.
    for stream in streams { stream.start() }
  }

  private func stream(_ range: Range<Int>?, ifMatch: String?) -> ObjectStream {
    let part = Part(self)
    let stream = ObjectStream(client, location, range: range, ifMatch: ifMatch, receiver: part)
    part.stream = stream
    return stream
  }

  /// What one request brings. It does not retain the download, which ends with its owner.
  private final class Part: ObjectReceiver {
    private weak var download: FileDownload?
    private var piece: RangesVerifier.Piece?
    weak var stream: ObjectStream?

    init(_ download: FileDownload) { self.download = download }

    func begin(_ head: ObjectHead) -> ObjectStream.Wish { download?.begin(head) ?? .skip }

    func receive(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> HTTPBodyReaction {
      guard let download else { return .refused }
      if piece == nil { piece = download.state.withLock { $0.verifier?.piece(at: offset) } }
      piece?.update(bytes)
      return download.receive(bytes, at: offset)
    }

    func end(_ result: Result<ObjectHead, S3Error>) {
      if let piece { download?.state.withLock { $0.verifier?.add(piece) } }
      download?.ended(stream, result)
    }
  }

  fileprivate func begin(_ head: ObjectHead) -> ObjectStream.Wish {
    guard state.withLock({ $0.head == nil }) else { return .read }
    guard wants(head) else {
      state.withLock { state in
        (state.head, state.isUnwanted) = (head, true)
        state.parts.length = head.length
      }
      return .skip
    }
    do throws(S3Error) {
      try keep { () throws(StagedFile.Failure) in try file.extend(to: head.length) }
    } catch {
      return .fail(error)
    }
    state.withLock { state in
      state.head = head
      state.verifier = RangesVerifier(head)
      state.parts.begin(length: head.length, isWhole: head.headers["content-range"] == nil)
    }
    startWaiting()
    return .read
  }

  fileprivate func receive(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> HTTPBodyReaction {
    do throws(S3Error) {
      try keep { () throws(StagedFile.Failure) in try file.write(bytes, at: offset) }
    } catch {
      fail(error)
      return .refused
    }
    state.withLock { $0.parts.received(offset..<(offset + bytes.count)) }
    return .taken
  }

  fileprivate func ended(_ stream: ObjectStream?, _ result: Result<ObjectHead, S3Error>) {
    switch result {
    case .success: break
    case .failure(let error):
      // An object without bytes has no range.
      if error.code == "InvalidRange", state.withLock({ $0.head == nil }) { return beginEmpty() }
      fail(error)
    }
    state.withLock { state in state.running.removeAll { $0 === stream } }
    startWaiting()
  }

  private func fail(_ error: S3Error) {
    let streams = state.withLock { state in
      if state.failure == nil { state.failure = error }
      state.parts.dropWaiting()
      return state.running
    }
    for stream in streams { stream.cancel() }
  }

  /// Asks for an object again that has no bytes, without a range.
  private func beginEmpty() {
    let stream = stream(nil, ifMatch: options.ifMatch)
    state.withLock { state in
      state.parts.dropRequests()
      state.running = [stream]
    }
    stream.start()
  }
}
