import JSON

/// A notification that came by an SNS topic: straight to the function, or by a queue.
/// https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html
enum TopicMessage {
  /// What a record of a function's event holds; nil: it is not from a topic.
  static func contents(ofRecord record: JSONValue, place: String) throws(EventError) -> JSONValue? {
    guard record["EventSource"]?.string == "aws:sns" else { return nil }
    return try Event.nested(
      try record.string("Sns", "Message", place: place), place: "\(place).Sns.Message")
  }

  /// What a topic's message in a queue holds (without raw delivery); nil: it is not a topic's message.
  static func contents(of message: JSONValue) throws(EventError) -> JSONValue? {
    guard message["Type"]?.string == "Notification", message["TopicArn"] != nil else { return nil }
    return try Event.nested(try message.string("Message", place: ""), place: "Message")
  }
}
