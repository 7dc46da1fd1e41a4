import FlyingFox
import Foundation
import System

/// Where S3's requests come in and its answers go out: at the link's speed, and noted in the access log.
struct S3Port: Sendable {
  let service: S3Service
  let link: Link
  /// nil: there is no latency that they are needed for.
  let arrivals: Arrivals?
  let lead: Lead?
  /// nil: nothing is noted.
  let log: AccessLog?

  func handle(_ request: Request) async throws -> HTTPResponse {
    let start = arrivals?.take(request.address) ?? .now
    let date = Date()
    let body = request.body
    body.setLink(link)
    var call = S3Call(request)
    call.fault = service.faults.draw(for: call)

    let noted = call
    let meter = MeteredBody.Meter()
    func note(_ status: Int) {
      guard let log else { return }
      meter.tell = { sent in
        log.add(AccessLog.Entry(noted, date, status: status, sent: sent, since: start))
      }
    }
    note(0)
    var answer = try await service.handle(call)
    // Nothing is answered before all has come; see also RequestRouter.
    _ = try await body.discardIfUnread()
    _ = arrivals?.take(request.address)
    let received = body.count > 0 ? body.finished ?? start : start
    let begin = try await link.waitForAnswer(to: received, lead: lead?.now ?? .zero)
    guard case .httpBody(let sequence) = answer.payload, let count = sequence.count else {
      // The connection closes without an answer.
      return answer
    }
    note(answer.statusCode.code)
    let metered = MeteredBody(base: sequence, link: link, start: begin, meter: meter, lead: lead)
    answer.payload = .httpBody(HTTPBodySequence(from: metered, count: count))
    return answer
  }
}

extension AccessLog.Entry {
  init(_ call: S3Call, _ date: Date, status: Int, sent: Int, since start: ContinuousClock.Instant) {
    time = UTCTime(date).extended
    method = call.request.method
    bucket = call.bucketName
    key = call.key
    query = call.request.parameters.map(\.name)
    range = call.header("range")
    sourceETag = call.header("x-amz-copy-source-if-match")
    self.status = status
    self.sent = sent
    received = call.request.body.count
    ms = ((ContinuousClock.now - start) / .microseconds(1)).rounded() / 1000
    fault = call.fault?.kind.rawValue
  }
}
