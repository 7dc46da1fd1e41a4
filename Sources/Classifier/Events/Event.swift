import JSON

/// What the function is asked for.
enum Event: Equatable {
  /// Objects that were made, as S3, SNS or EventBridge report them, or that a caller names. None: nothing to do.
  case objects([ObjectEvent])
  /// Messages of an SQS queue, each of which succeeds or fails on its own.
  case messages([QueueMessage])
  /// Tasks of an S3 Batch Operations job, likewise.
  case tasks(BatchOperation)

  /// Recognises the kind of event by its contents.
  /// - Throws: ``EventError`` for anything else.
  init(_ bytes: [UInt8]) throws(EventError) {
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue(bytes)
    } catch {
      throw EventError("", "the event is not JSON: \(error)")
    }
    if value["invocationSchemaVersion"] != nil {
      self = .tasks(try BatchOperation(value))
    } else if QueueMessage.isEvent(value) {
      self = .messages(try QueueMessage.messages(of: value))
    } else {
      self = .objects(try Event.objects(in: value))
    }
  }

  /// The objects that an event is about, whatever it is wrapped in.
  static func objects(in value: JSONValue, depth: Int = 0) throws(EventError) -> [ObjectEvent] {
    guard depth < 4 else { throw EventError("", "events are nested too deeply") }
    if let elements = value.array { return try objects(inEachOf: elements, depth: depth) }
    if DirectInvocation.isEvent(value) { return [try DirectInvocation.object(of: value)] }
    // S3 sends this when notifications are set up.
    if value["Event"]?.string == "s3:TestEvent" { return [] }
    if let message = try TopicMessage.contents(of: value) {
      return try objects(in: message, depth: depth + 1)
    }
    if EventBridgeEvent.isEvent(value) { return try EventBridgeEvent.objects(of: value) }
    guard let records = value["Records"]?.array else {
      throw EventError(
        "",
        "this event is not supported. Supported are S3 notifications (Records), also by SNS, SQS or EventBridge, S3 Batch "
          + "Operations (invocationSchemaVersion), and objects given as {\"bucket\": ..., \"key\": ...}")
    }
    var objects: [ObjectEvent] = []
    for (index, record) in records.enumerated() {
      let place = "Records[\(index)]"
      if let message = try TopicMessage.contents(ofRecord: record, place: place) {
        objects += try Event.objects(in: message, depth: depth + 1)
      } else if let object = try S3Notification.object(of: record, place: place) {
        objects.append(object)
      }
    }
    return objects
  }

  /// The objects of an array of events, as state machines and pipes send it.
  private static func objects(inEachOf events: [JSONValue], depth: Int) throws(EventError) -> [ObjectEvent] {
    var objects: [ObjectEvent] = []
    for (index, event) in events.enumerated() {
      do throws(EventError) {
        objects += try Event.objects(in: event, depth: depth + 1)
      } catch {
        throw EventError("[\(index)]" + (error.place.isEmpty ? "" : ".\(error.place)"), error.reason)
      }
    }
    return objects
  }

  /// JSON within a string.
  static func nested(_ text: String, place: String) throws(EventError) -> JSONValue {
    do throws(JSONError) {
      return try JSONValue(text.utf8)
    } catch {
      throw EventError(place, "it is not JSON: \(error)")
    }
  }
}

/// An event is not what it should be.
struct EventError: Error, Equatable, CustomStringConvertible {
  /// `Records[0].s3.object.key`; empty: the event as a whole.
  let place: String
  let reason: String

  init(_ place: String, _ reason: String) {
    self.place = place
    self.reason = reason
  }

  var description: String { place.isEmpty ? reason : "\(place): \(reason)" }
}

extension JSONValue {
  /// The text at the end of a path of names.
  /// - Parameter place: where this value is, for errors.
  func string(_ path: String..., place: String) throws(EventError) -> String {
    var value: JSONValue? = self
    for name in path { value = value?[name] }
    guard let text = value?.string, !text.isEmpty else {
      let full = (place.isEmpty ? [] : [place]) + path
      throw EventError(
        full.joined(separator: "."),
        value.map { "a string should be here, not \($0 == "" ? "an empty one" : $0.kind)" }
          ?? "this is missing")
    }
    return text
  }
}
