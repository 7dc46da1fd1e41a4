import JSON
import S3
import System

/// What S3 Batch Operations asks of a function: to do something with each object of a list.
/// https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-invoke-lambda.html
struct BatchOperation: Equatable {
  struct Task: Equatable {
    let id: String
    let object: ObjectEvent
  }

  /// 1.0 names buckets by ARN, 2.0 by name.
  let version: String
  let id: String
  let tasks: [Task]

  init(_ event: JSONValue) throws(EventError) {
    version = try event.string("invocationSchemaVersion", place: "")
    guard ["1.0", "2.0"].contains(version) else {
      throw EventError("invocationSchemaVersion", "\(version) is not known; 1.0 and 2.0 are")
    }
    id = try event.string("invocationId", place: "")
    guard let items = event["tasks"]?.array else { throw EventError("tasks", "a list should be here") }
    var tasks: [Task] = []
    for (index, item) in items.enumerated() {
      let place = "tasks[\(index)]"
      let bucket =
        version == "1.0"
        ? try item.string("s3BucketArn", place: place).split(separator: ":").last.map(String.init) ?? ""
        : try item.string("s3Bucket", place: place)
      tasks.append(
        Task(
          id: try item.string("taskId", place: place),
          object: ObjectEvent(
            S3Location(
              bucket: bucket,
              key: PercentEncoding.decode(try item.string("s3Key", place: place), plusIsSpace: true),
              versionID: ObjectEvent.versionID(item["s3VersionId"])))))
    }
    self.tasks = tasks
  }

  enum ResultCode: String {
    case succeeded = "Succeeded"
    /// S3 asks again.
    case temporaryFailure = "TemporaryFailure"
    case permanentFailure = "PermanentFailure"
  }

  /// - Parameter results: a code and a text for the job's report, one a task.
  func answer(_ results: [(code: ResultCode, text: String)]) -> JSONValue {
    [
      "invocationSchemaVersion": .string(version),
      "treatMissingKeysAs": .string(ResultCode.temporaryFailure.rawValue),
      "invocationId": .string(id),
      "results": .array(
        zip(tasks, results).map { task, result in
          [
            "taskId": .string(task.id), "resultCode": .string(result.code.rawValue),
            "resultString": .string(String(result.text.prefix(1024))),
          ]
        }),
    ]
  }
}
