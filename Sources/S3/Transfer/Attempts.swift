import HTTP
import System
import XML

/// How far a call has got.
struct Attempts {
  fileprivate(set) var count = 0
  fileprivate var redirects = 0
  fileprivate var hasCorrectedClock = false
  /// Whether an attempt that failed may nevertheless have been carried out.
  fileprivate(set) var mayHaveSucceeded = false

  enum Verdict {
    case done(HTTPResponse)
    /// In so many seconds.
    case again(after: Double)
    case failed(S3Error)
  }
}

extension S3Client {
  /// A smaller difference to the server's clock does not make S3 reject a signature: it allows 15 minutes.
  private static let skewLimit = 300.0
  private static let throttlingCodes: Set = [
    "SlowDown", "Throttling", "ThrottlingException", "RequestLimitExceeded", "RequestThrottled",
    "TooManyRequests", "InternalError", "ServiceUnavailable", "RequestTimeout", "OperationAborted",
    "ConditionalRequestConflict",
    "TemporaryRedirect", "503 SlowDown",
  ]

  /// Makes the call, again where that may help.
  func perform(_ call: S3Call, _ attempts: inout Attempts) throws(S3Error) -> HTTPResponse {
    while true {
      let result: Result<HTTPResponse, HTTPError>
      let request = try self.request(call, &attempts)
      do throws(HTTPError) {
        result = .success(try http.send(request))
      } catch {
        result = .failure(error)
      }
      switch judge(result, of: call, &attempts) {
      case .done(let answer): return answer
      case .failed(let error): throw error
      case .again(let delay): clock.sleep(delay)
      }
    }
  }

  func perform(_ call: S3Call) throws(S3Error) -> HTTPResponse {
    var attempts = Attempts()
    return try perform(call, &attempts)
  }

  /// The next attempt's request, signed for now.
  func request(_ call: S3Call, _ attempts: inout Attempts) throws(S3Error) -> HTTPRequest {
    attempts.count += 1
    let now = clock.now()
    if let deadline, deadline <= now {
      throw call.error("DeadlineExceeded", "there is no time left for the call.")
    }
    let region = region(of: call.location.bucket)
    let address = try addressed(call) { () throws(S3Error) in
      try endpoint.address(of: call.location, region: region, isBucket: call.operation.isOnBucket)
    }
    let toSign = Signer.Request(
      method: call.method, host: address.host, path: address.path, query: call.query, headers: call.headers,
      body: call.body)
    var headers = Signer(credentials: credentials, region: region).sign(toSign, at: now + clockOffset)
    headers.append(("User-Agent", "thimble"))
    if let traceID { headers.append(("X-Amzn-Trace-Id", traceID)) }
    let query = toSign.encodedQuery
    let url = "\(address.scheme)://\(address.host)\(address.path)" + (query.isEmpty ? "" : "?" + query)
    var request = HTTPRequest(
      method: call.method, url: url, headers: headers, body: call.body, timeout: deadline.map { $0 - now },
      stallTimeout: call.stallTimeout ?? stallTimeout, limit: call.limit)
    // One attempt that hangs must leave time for others.
    if let deadline {
      let share = max(1, (deadline - now) * Self.shareOfTime)
      request.stallTimeout = min(request.stallTimeout ?? share, share)
      request.connectTimeout = min(request.connectTimeout, share)
    }
    return request
  }

  /// Of the time that is left: so long may an attempt be silent.
  private static let shareOfTime = 0.2

  /// Names the operation in an error that does not know it.
  private func addressed<Value>(
    _ call: S3Call, _ body: () throws(S3Error) -> Value
  ) throws(S3Error) -> Value {
    do throws(S3Error) {
      return try body()
    } catch {
      throw call.error(error.code, error.message)
    }
  }

  /// What is to be done about an attempt's outcome.
  func judge(
    _ result: Result<HTTPResponse, HTTPError>, of call: S3Call, _ attempts: inout Attempts
  ) -> Attempts.Verdict {
    switch result {
    case .failure(let failure):
      if failure.kind != .connect && failure.kind != .tls { attempts.mayHaveSucceeded = true }
      if failure.kind == .timeout, let deadline, clock.now() >= deadline - 0.01 {
        return .failed(call.error("DeadlineExceeded", failure.reason))
      }
      let error = call.error(failure)
      return failure.isRetryable ? again(error, of: call, attempts) : .failed(error)
    case .success(let answer):
      return judge(answer, of: call, &attempts)
    }
  }

  private func judge(
    _ answer: HTTPResponse, of call: S3Call, _ attempts: inout Attempts
  ) -> Attempts.Verdict {
    if (200..<300).contains(answer.status) {
      guard call.answersXML else { return .done(answer) }
      // S3 begins to answer before the work is done, and may have to say later that it failed.
      let root = XMLElement(parsing: answer.body)
      if let root, root.name != "Error" { return .done(answer) }
      attempts.mayHaveSucceeded = true
      guard root != nil else {
        let error = call.error("ConnectionBroken", "the answer is not the document that it should be.")
        return again(error, of: call, attempts)
      }
    }
    let error = call.error(answer)
    if attempts.redirects < 2, isElsewhere(answer, error, call.location.bucket) {
      attempts.redirects += 1
      return .again(after: 0)
    }
    if !attempts.hasCorrectedClock, correctClock(by: answer, error) {
      attempts.hasCorrectedClock = true
      return .again(after: 0)
    }
    if answer.status >= 500 { attempts.mayHaveSucceeded = true }
    let isPassing =
      answer.status >= 500 && answer.status != 501 || answer.status == 429
      || Self.throttlingCodes.contains(error.code)
    return isPassing ? again(error, of: call, attempts) : .failed(error)
  }

  /// Exponential backoff with full jitter.
  /// https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
  private func again(_ error: S3Error, of call: S3Call, _ attempts: Attempts) -> Attempts.Verdict {
    var error = error
    guard attempts.count < retry.attempts else {
      if attempts.count > 1 { error.note("Tried \(attempts.count) times.") }
      return .failed(error)
    }
    let longest = min(retry.maximumDelay, retry.baseDelay * Double(1 << min(attempts.count - 1, 30)))
    let delay = clock.random() * longest
    if let deadline, clock.now() + delay >= deadline {
      error.note("The time that is left allows no further attempt.")
      return .failed(error)
    }
    return .again(after: delay)
  }

  /// Notes the bucket's region, where the answer names another one.
  private func isElsewhere(_ answer: HTTPResponse, _ error: S3Error, _ bucket: String) -> Bool {
    guard [301, 307, 400].contains(answer.status) else { return false }
    let document = XMLElement(parsing: answer.body)
    guard let region = answer.headers["x-amz-bucket-region"] ?? document?["Region"],
      region != self.region(of: bucket), (1...32).contains(region.utf8.count),
      // It becomes part of a host's name.
      region.utf8.allSatisfy({ $0 == 0x2d || (0x30...0x39).contains($0) || (0x61...0x7a).contains($0) })
    else { return false }
    shared.withLock { $0.regions[bucket] = region }
    return true
  }

  /// Sets the clock that signatures go by, where it seems to be the reason for a refusal. An answer
  /// without text does not say what the reason is.
  private func correctClock(by answer: HTTPResponse, _ error: S3Error) -> Bool {
    guard answer.status == 403, error.code == "RequestTimeTooSkewed" || answer.body.isEmpty,
      let time = answer.headers["date"].flatMap(UTCTime.init(http:))?.seconds
    else { return false }
    let offset = time - clock.now()
    guard abs(offset - clockOffset) > Self.skewLimit else { return false }
    shared.withLock { $0.clockOffset = offset }
    return true
  }
}

extension S3Error {
  fileprivate mutating func note(_ sentence: String) {
    if !message.isEmpty, message.last != "." { message += "." }
    message += (message.isEmpty ? "" : " ") + sentence
  }
}
