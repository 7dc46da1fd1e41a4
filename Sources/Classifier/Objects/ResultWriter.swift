import S3

/// Writes the results of one image to its object, if that still is the image.
///
/// The copy that writes metadata is conditional on the ETag that was read. Tags have no condition: after they are
/// written the object is looked at again, and where it is another one by then its own results must follow.
struct ResultWriter {
  /// Where results are written while the object is still the one that was read.
  enum Outcome {
    case written
    /// The object was replaced, and may have results of the old one: it must be looked at again.
    case replaced
  }

  let s3: S3Client
  let write: WriteConfiguration
  let accessLists: AccessLists

  /// - Parameters:
  ///   - head: of the object that was read.
  ///   - marker: the marker's text for results as they are written.
  func write(
    _ results: Results, to object: S3Location, _ head: ObjectHead, marker: @escaping (WrittenResults) -> String
  ) throws(ObjectEnd) -> Outcome {
    switch write.to {
    case .none: return .written
    case .metadata: try copy(results, object, head, marker)
    case .tags: return try tag(results, object, head, marker)
    case .both:
      // Tags go first, so that the marker in the metadata is there only when all is.
      if try tag(results, object, head, nil) == .replaced { return .replaced }
      do {
        try copy(results, object, head, marker)
      } catch where error.status == .superseded {
        // Between our look and our copy another one came, which our tags may have come after.
        return .replaced
      }
    }
    return .written
  }

  private func copy(
    _ results: Results, _ object: S3Location, _ head: ObjectHead, _ marker: @escaping (WrittenResults) -> String
  ) throws(ObjectEnd) {
    let changes: [(name: String, value: String?)]
    do throws(ClassifierError) {
      changes = try MetadataEntries(results: results, marker: marker).changes(to: head)
    } catch {
      throw ObjectEnd(error)
    }
    let grants = try accessLists.grants(of: object)
    do throws(S3Error) {
      try s3.replaceMetadata(of: object, head: head, metadata: changes, grants: grants)
    } catch {
      guard error.isPreconditionFailed else { throw ObjectEnd(error) }
      try explain(error, object, head)
    }
  }

  /// A refused condition is not believed without a look.
  private func explain(_ error: S3Error, _ object: S3Location, _ head: ObjectHead) throws(ObjectEnd) {
    let now = try ObjectEnd.calling { () throws(S3Error) in try s3.peek(object) }
    guard now.eTag == head.eTag else { throw ObjectEnd(.superseded) }
    var end = ObjectEnd(.failed, "\(error) But the object still has the ETag \(head.eTag).")
    end.isTransient = true
    throw end
  }

  private func tag(
    _ results: Results, _ object: S3Location, _ head: ObjectHead, _ marker: ((WrittenResults) -> String)?
  ) throws(ObjectEnd) -> Outcome {
    let entries = TagEntries(results: results, marker: marker)
    return try ObjectEnd.calling { () throws(S3Error) in
      try s3.mergeTags(on: object) { entries.tags(replacing: $0) }
      let now = try s3.peek(object)
      return now.eTag == head.eTag && now.versionID == head.versionID ? .written : .replaced
    }
  }
}
