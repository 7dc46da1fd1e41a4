import JSON
import S3

/// A message of an SQS queue.
/// https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
struct QueueMessage: Equatable {
  let id: String
  /// The objects that it tells of, or why it cannot be read.
  let contents: Result<[S3Location], EventError>

  static func isEvent(_ value: JSONValue) -> Bool {
    value["Records"]?.array?.first?["eventSource"]?.string == "aws:sqs"
  }

  static func messages(of event: JSONValue) throws(EventError) -> [QueueMessage] {
    var messages: [QueueMessage] = []
    for (index, record) in (event["Records"]?.array ?? []).enumerated() {
      let place = "Records[\(index)]"
      let id = try record.string("messageId", place: place)
      let contents: Result<[S3Location], EventError>
      do throws(EventError) {
        let body = try Event.nested(try record.string("body", place: place), place: "\(place).body")
        contents = .success(try Event.objects(in: body))
      } catch {
        contents = .failure(error)
      }
      messages.append(QueueMessage(id: id, contents: contents))
    }
    return messages
  }

  /// The answer that has only these messages delivered again. It counts where the event source mapping has
  /// `ReportBatchItemFailures`.
  static func answer(failed: [String]) -> JSONValue {
    ["batchItemFailures": .array(failed.map { ["itemIdentifier": .string($0)] })]
  }
}
