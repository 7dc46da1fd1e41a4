import JSON

@testable import Classifier

/// Events of all senders: read, or refused by name.
struct EventTarget: FuzzTarget {
  func run(_ input: UnsafeRawBufferPointer) {
    do throws(EventError) {
      switch try Event(Array(input)) {
      case .objects(let objects):
        for object in objects { expect(!object.location.bucket.isEmpty, "an object has no bucket") }
      case .messages(let messages):
        for message in messages { expect(!message.id.isEmpty, "a message has no name") }
      case .tasks: break
      }
    } catch {
      expect(!error.description.isEmpty, "a refusal says nothing")
    }
  }

  func mutated(_ input: UnsafeRawBufferPointer, seed: UInt64) -> [UInt8]? {
    var mutator = JSONMutator(seed: seed)
    return mutator.mutated(input, sometimes: 2)
  }
}
