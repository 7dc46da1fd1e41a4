import S3

/// Writes the results of one image to its object, if that still is the image.
///
/// The copy that writes metadata is conditional on the ETag that was read. Tags have no condition: after they are
/// written the object is looked at again, and where it is another one by then its own results must follow.
struct ResultWriter {
  /// Where results are written while the object is still the one that was read.
  enum Outcome {
    case written
    /// The results were there already.
    case unchanged
    /// The object was replaced, and may have results of the old one: it must be looked at again.
    case replaced
  }

  let s3: S3Client
  let write: WriteConfiguration

  /// - Parameters:
  ///   - head: of the object that was read.
  ///   - grants: of the object, where anybody had to look.
  ///   - marker: the marker's text for results as they are written, after what there is and in so many bytes.
  func write(
    _ results: Results, to object: S3Location, _ head: ObjectHead, grants: AccessLists.Grants,
    marker: @escaping (Marker, _ room: Int, WrittenResults) -> String
  ) throws(ObjectEnd) -> Outcome {
    switch write.to {
    case .none: return .written
    case .metadata: return try copy(results, object, head, grants, marker)
    case .tags: return try tag(results, object, head, marker)
    case .both:
      // Tags go first, so that the marker in the metadata is there only when all is. They have one too: others may
      // write theirs of an older image afterwards.
      let tagged = try tag(results, object, head, marker)
      if tagged == .replaced { return .replaced }
      do throws(ObjectEnd) {
        let copied = try copy(results, object, head, grants, marker)
        return tagged == .unchanged ? copied : .written
      } catch {
        // Between our look and our copy another one came, which our tags may have come after.
        guard error.status == .superseded, tagged == .written else { throw error }
        return .replaced
      }
    }
  }

  private func copy(
    _ results: Results, _ object: S3Location, _ head: ObjectHead, _ grants: AccessLists.Grants,
    _ marker: @escaping (Marker, _ room: Int, WrittenResults) -> String
  ) throws(ObjectEnd) -> Outcome {
    let there = Marker(head.metadata(Marker.name))
    let entries = MetadataEntries(results: results) { marker(there, .max, $0) }
    let changes: [(name: String, value: String?)]
    do throws(ClassifierError) {
      changes = try entries.changes(to: head)
    } catch {
      throw ObjectEnd(error)
    }
    let grants = try grants?.get().get() ?? []
    do throws(S3Error) {
      let eTag = try s3.replaceMetadata(of: object, head: head, metadata: changes, grants: grants)
      return eTag == nil ? .unchanged : .written
    } catch {
      throw error.isPreconditionFailed ? explanation(of: error, object, head) : ObjectEnd(error)
    }
  }

  /// A refused condition is not believed without a look.
  private func explanation(of error: S3Error, _ object: S3Location, _ head: ObjectHead) -> ObjectEnd {
    do throws(S3Error) {
      guard try s3.peek(object).eTag == head.eTag else { return ObjectEnd(.superseded) }
      var end = ObjectEnd(.failed, "\(error) But the object still has the ETag \(head.eTag).")
      end.isTransient = true
      return end
    } catch {
      return ObjectEnd(error)
    }
  }

  private func tag(
    _ results: Results, _ object: S3Location, _ head: ObjectHead,
    _ marker: @escaping (Marker, _ room: Int, WrittenResults) -> String
  ) throws(ObjectEnd) -> Outcome {
    let entries = TagEntries(results: results, marker: marker)
    return try ObjectEnd.calling { () throws(S3Error) in
      guard try s3.mergeTags(on: object, { entries.tags(replacing: $0) }) else { return .unchanged }
      let now = try s3.peek(object)
      return now.eTag == head.eTag && now.versionID == head.versionID ? .written : .replaced
    }
  }
}
