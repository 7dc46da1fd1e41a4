/// Which messages of a batch may be handled at a time, and which go back to the queue without being handled.
///
/// Messages of a standard queue may all be handled at once. Those of one group of a FIFO queue go one after the
/// other, and after one that failed the rest of its group is returned: else Lambda, which delivers failed
/// messages again, would have it handled behind its successors.
/// https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
struct QueueOrder {
  enum State: Equatable {
    case waiting, running, succeeded, failed
    /// Not handled, as an earlier message of its group failed.
    case returned
  }

  /// By message, in the batch's order.
  private(set) var states: [State]
  private let messages: [QueueMessage]

  init(_ messages: [QueueMessage]) {
    self.messages = messages
    states = Array(repeating: .waiting, count: messages.count)
  }

  /// Takes the first message that may be handled now, which runs from now on.
  /// - Returns: its index; nil when all others must wait for one that runs, or when everything is done (``isDone``).
  mutating func next() -> Int? {
    var busy: Set<String> = []
    for (index, message) in messages.enumerated() {
      switch states[index] {
      case .waiting where message.groupID.map(busy.contains) != true:
        states[index] = .running
        return index
      case .running: if let group = message.groupID { busy.insert(group) }
      case .waiting, .succeeded, .failed, .returned: break
      }
    }
    return nil
  }

  /// Says how a message that runs came out. After a failure the rest of its group is returned.
  mutating func finish(_ index: Int, succeeded: Bool) {
    states[index] = succeeded ? .succeeded : .failed
    guard !succeeded, let group = messages[index].groupID else { return }
    for other in messages.indices where states[other] == .waiting && messages[other].groupID == group {
      states[other] = .returned
    }
  }

  /// Whether nothing waits or runs.
  var isDone: Bool { !states.contains { $0 == .waiting || $0 == .running } }

  /// The messages that the queue is to deliver again, in the batch's order, see ``QueueMessage/answer(failed:)``.
  /// One that was not finished is among them.
  var failed: [String] { zip(messages, states).filter { $1 != .succeeded }.map(\.0.id) }
}
