import Glibc
import JSON
import S3

/// The result for one object.
struct ObjectResult {
  enum Status: String {
    /// Results are written.
    case tagged
    /// Results are in the answer only, as the configuration has it.
    case classified
    /// There was nothing to do: the results are there already, or no model looks at such objects.
    case skipped
    /// The object was deleted meanwhile.
    case gone
    /// The object was replaced meanwhile: the new one has an event of its own.
    case superseded
    case failed
    /// The image can never be labelled, and its metadata says so.
    case marked
  }

  let object: S3Location
  var status: Status
  /// Why, where the status does not say it all.
  var reason: String?
  /// Of a failure: whether the same may well succeed later without anybody's doing.
  var isTransient = false
  var findings: [Finding] = []
  /// By stage, in their order.
  var milliseconds: [(stage: String, value: Double)] = []

  /// `s3://bucket/key: reason`, for errors.
  var text: String {
    let uri = object.uri
    // Most reasons from S3 name the object themselves.
    guard let reason else { return "\(uri): \(status.rawValue)" }
    return strstr(reason, uri) != nil ? reason : "\(uri): \(reason)"
  }

  /// `category=Egyptian cat 0.9731`, for people.
  var summary: String {
    let parts = findings.map { finding in
      finding.model.name + "=" + (finding.labels.first.map { "\($0.label) \($0.scoreText)" } ?? "none")
    }
    return parts.isEmpty ? reason ?? status.rawValue : parts.joined(separator: ", ")
  }

  /// As written to the answer.
  var json: JSONValue {
    var members: [JSONObject.Member] = [
      .init(name: "bucket", value: .string(object.bucket)), .init(name: "key", value: .string(object.key)),
    ]
    if let version = object.versionID { members.append(.init(name: "versionId", value: .string(version))) }
    members.append(.init(name: "status", value: .string(status.rawValue)))
    if let reason { members.append(.init(name: "reason", value: .string(reason))) }
    if !findings.isEmpty {
      members.append(
        .init(
          name: "models",
          value: .object(JSONObject(findings.map { .init(name: $0.model.name, value: $0.json) }))))
    }
    members.append(
      .init(
        name: "milliseconds",
        value: .object(
          JSONObject(
            milliseconds.map { .init(name: $0.stage, value: .real(($0.value * 1e3).rounded() / 1e3)) }))))
    return .object(JSONObject(members))
  }
}
