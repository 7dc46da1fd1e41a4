import JSON

/// A message of an SQS queue.
/// https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
struct QueueMessage: Equatable {
  let id: String
  /// Of a FIFO queue: messages of one group are to be handled in order, one after the other. nil: a standard
  /// queue, whose messages have no order.
  let groupID: String?
  /// The objects that it names, or why it cannot be read.
  let contents: Result<[ObjectEvent], EventError>

  static func isEvent(_ value: JSONValue) -> Bool {
    value["Records"]?.array?.first?["eventSource"]?.string == "aws:sqs"
  }

  static func messages(of event: JSONValue) throws(EventError) -> [QueueMessage] {
    var messages: [QueueMessage] = []
    for (index, record) in (event["Records"]?.array ?? []).enumerated() {
      let place = "Records[\(index)]"
      let id = try record.string("messageId", place: place)
      let contents: Result<[ObjectEvent], EventError>
      do throws(EventError) {
        let body = try Event.nested(try record.string("body", place: place), place: "\(place).body")
        contents = .success(try Event.objects(in: body))
      } catch {
        contents = .failure(error)
      }
      let group = record["attributes"]?["MessageGroupId"]?.string
      messages.append(QueueMessage(id: id, groupID: group, contents: contents))
    }
    return messages
  }

  /// The answer that has only these messages delivered again. It counts where the event source mapping has
  /// `ReportBatchItemFailures`.
  static func answer(failed: [String]) -> JSONValue {
    ["batchItemFailures": .array(failed.map { ["itemIdentifier": .string($0)] })]
  }
}
