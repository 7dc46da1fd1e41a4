import TestSupport
import Testing

@testable import Classifier

struct QueueOrderTests {
  /// - Parameter groups: a group for each message; nil: of a standard queue.
  private func messages(_ groups: String?...) -> [QueueMessage] {
    groups.enumerated().map { QueueMessage(id: "m\($0)", groupID: $1, contents: .success([])) }
  }

  @Test func groupsOfAnEvent() throws {
    let attributes = [
      #""attributes": {"MessageGroupId": "g", "SequenceNumber": "18849496460467696128"}, "#,
      #""attributes": {"ApproximateReceiveCount": "1"}, "#, "",
    ]
    let records = attributes.enumerated().map {
      #"{"messageId": "m\#($0)", \#($1)"eventSource": "aws:sqs", "body": "{\"Records\": []}"}"#
    }
    let event = try Event(Array("{\"Records\": [\(records.joined(separator: ","))]}".utf8))
    #expect(
      event
        == .messages([
          QueueMessage(id: "m0", groupID: "g", contents: .success([])),
          QueueMessage(id: "m1", groupID: nil, contents: .success([])),
          QueueMessage(id: "m2", groupID: nil, contents: .success([])),
        ]))
  }

  @Test func aStandardQueueKnowsNoOrder() {
    var order = QueueOrder(messages(nil, nil, nil))
    #expect([order.next(), order.next(), order.next(), order.next()] == [0, 1, 2, nil])
    order.finish(1, succeeded: false)
    #expect(!order.isDone && order.states == [.running, .failed, .running])
    order.finish(2, succeeded: true)
    order.finish(0, succeeded: true)
    #expect(order.isDone && order.next() == nil && order.failed == ["m1"])
  }

  @Test func aGroupGoesOneAfterTheOther() {
    var order = QueueOrder(messages("a", "a", "b", "a", nil))
    #expect([order.next(), order.next(), order.next(), order.next()] == [0, 2, 4, nil])
    order.finish(0, succeeded: true)
    #expect([order.next(), order.next()] == [1, nil])
    // The third of its group is not handled any more; the other group is not concerned.
    order.finish(1, succeeded: false)
    #expect(order.next() == nil && order.states == [.succeeded, .failed, .running, .returned, .running])
    #expect(order.failed == ["m1", "m2", "m3", "m4"])
    order.finish(2, succeeded: true)
    order.finish(4, succeeded: true)
    #expect(order.isDone && order.failed == ["m1", "m3"])
  }

  /// Whatever finishes when: each message is handled at most once and in its group's order, none after a failed
  /// one, and those that go back are the failed one and all behind it.
  @Test func anyOrderOfEvents() {
    var random = SplitMix64(seed: 7)
    for _ in 0..<2000 {
      let count = Int.random(in: 0...12, using: &random)
      let groups = (0..<count).map { _ in ["a", "b", nil].randomElement(using: &random) ?? nil }
      let bad = (0..<count).map { _ in Int.random(in: 0..<5, using: &random) == 0 }
      let messages = groups.enumerated().map {
        QueueMessage(id: "\($0)", groupID: $1, contents: .success([]))
      }
      var order = QueueOrder(messages)
      var running: [Int] = []
      var started: [Int] = []
      while !order.isDone {
        if Bool.random(using: &random), let index = order.next() {
          #expect(groups[index] == nil || !running.contains { groups[$0] == groups[index] })
          running.append(index)
          started.append(index)
        } else if let index = running.randomElement(using: &random) {
          running.removeAll { $0 == index }
          order.finish(index, succeeded: !bad[index])
        }
      }
      let expected = (0..<count).filter { index in
        bad[index] || groups[index] != nil && (0..<index).contains { groups[$0] == groups[index] && bad[$0] }
      }
      #expect(order.failed == expected.map(String.init))
      let handled = (0..<count).filter { index in
        groups[index] == nil || !(0..<index).contains { groups[$0] == groups[index] && bad[$0] }
      }
      #expect(started.sorted() == handled)
      for group in ["a", "b"] {
        let order = started.filter { groups[$0] == group }
        #expect(order == order.sorted())
      }
    }
  }
}
