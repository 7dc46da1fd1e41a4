import S3

/// In which order the objects of an event may be looked at, several at a time: one that is named twice is looked at
/// twice, one after the other, and messages of a FIFO queue keep their order.
struct ObjectSchedule {
  private enum State {
    /// Its message may not be handled yet, or not at all.
    case held
    case waiting, running, done
  }

  let objects: [ObjectEvent]
  private var states: [State]
  private var places: Set<S3Location> = []
  /// Of a queue's messages.
  private(set) var order: QueueOrder?
  private var messages: [Message] = []
  private var messageOf: [Int?]

  /// A message whose objects are looked at.
  private struct Message {
    var objects: [Int] = []
    var left = 0
    var hasFailed = false
  }

  init(objects: [ObjectEvent]) {
    self.objects = objects
    states = Array(repeating: .waiting, count: objects.count)
    messageOf = Array(repeating: nil, count: objects.count)
  }

  init(messages: [QueueMessage]) {
    var objects: [ObjectEvent] = []
    for message in messages {
      // One that cannot be read has failed.
      let own = try? message.contents.get()
      let first = objects.count
      objects += own ?? []
      self.messages.append(
        Message(objects: Array(first..<objects.count), left: objects.count - first, hasFailed: own == nil))
    }
    self.objects = objects
    states = Array(repeating: .held, count: objects.count)
    messageOf = Array(repeating: nil, count: objects.count)
    for (index, message) in self.messages.enumerated() {
      for object in message.objects { messageOf[object] = index }
    }
    order = QueueOrder(messages)
    startMessages()
  }

  /// Takes the first object that may be looked at now.
  /// - Returns: its index; nil when all others must wait for one that runs, or when everything is done (``isDone``).
  mutating func next() -> Int? {
    let index = states.indices.first { states[$0] == .waiting && !places.contains(objects[$0].place) }
    guard let index else { return nil }
    states[index] = .running
    places.insert(objects[index].place)
    return index
  }

  mutating func finish(_ index: Int, failed: Bool) {
    states[index] = .done
    places.remove(objects[index].place)
    guard let message = messageOf[index] else { return }
    messages[message].left -= 1
    if failed { messages[message].hasFailed = true }
    if messages[message].left == 0 {
      order?.finish(message, succeeded: !messages[message].hasFailed)
      startMessages()
    }
  }

  /// Whether nothing waits or runs.
  var isDone: Bool { !states.contains { $0 == .waiting || $0 == .running } }

  private mutating func startMessages() {
    while let message = order?.next() {
      for object in messages[message].objects { states[object] = .waiting }
      if messages[message].objects.isEmpty {
        order?.finish(message, succeeded: !messages[message].hasFailed)
      }
    }
  }
}

extension ObjectEvent {
  /// Where the object is, whatever version is meant.
  var place: S3Location { S3Location(bucket: location.bucket, key: location.key) }
}
