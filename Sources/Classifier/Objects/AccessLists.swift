import S3
import System

/// Access control lists, which S3 does not copy with an object: looks at them as the configuration has it.
///
/// New buckets have none, which is asked once a bucket and process.
final class AccessLists: Sendable {
  /// What a copy must be given; nil: there was no need to look.
  typealias Grants = Deferred<Result<[(name: String, value: String)], ObjectEnd>>?

  private let s3: S3Client
  private let policy: WriteConfiguration.AccessControl
  private let buckets = Monitor<[String: Knowledge]>([:])

  /// Whether a bucket's objects can have lists.
  private enum Knowledge {
    case asked, yes, no
  }

  init(s3: S3Client, policy: WriteConfiguration.AccessControl) {
    self.s3 = s3
    self.policy = policy
  }

  /// Starts to look at an object's list, where it may have one.
  func look(at object: S3Location) -> Grants {
    guard policy != .ignore, buckets.withLock({ $0[object.bucket] }) != .no else { return nil }
    return Deferred {
      Result { () throws(ObjectEnd) in try self.grants(of: object) }
    }
  }

  /// The headers that give a copy of an object the grants that it has.
  /// - Throws: where it has some that may not be lost, or nobody may say so.
  private func grants(of object: S3Location) throws(ObjectEnd) -> [(name: String, value: String)] {
    guard try hasLists(object.bucket) else { return [] }
    let list: AccessControlList?
    do throws(S3Error) {
      list = try s3.accessControlList(of: object)
    } catch {
      guard error.status == 403, !error.needsNewCredentials else { throw ObjectEnd(error) }
      throw ObjectEnd(
        .failed,
        "\(error) A copy loses an object's access control list. If no lists matter: "
          + "\"write\": {\"acl\": \"ignore\"}.")
    }
    // Some servers have no lists at all.
    guard let list, list.hasOtherGrants else { return [] }
    guard policy == .keep else {
      throw ObjectEnd(
        .failed,
        "its access control list has grants besides its owner's, which the copy that writes metadata would lose: "
          + "choose \"write\": {\"acl\": \"keep\"} to carry them over, or \"ignore\", or write to tags")
    }
    return list.grantHeaders
  }

  private func hasLists(_ bucket: String) throws(ObjectEnd) -> Bool {
    // The first thread asks, the others wait.
    let known = buckets.wait { buckets -> Knowledge? in
      switch buckets[bucket] {
      case .asked: return nil
      case .yes: return .yes
      case .no: return .no
      case nil:
        buckets[bucket] = .asked
        return .asked
      }
    }
    guard case .asked = known else { return known == .yes }
    let answer: Result<Knowledge, ObjectEnd> = ask(bucket)
    buckets.withLock { $0[bucket] = try? answer.get() }
    return try answer.get() == .yes
  }

  private func ask(_ bucket: String) -> Result<Knowledge, ObjectEnd> {
    do throws(S3Error) {
      return .success(try s3.ownership(of: bucket).disablesLists ? .no : .yes)
    } catch {
      // Who may not ask of the bucket may still look at each object.
      if error.status == 403, !error.needsNewCredentials { return .success(.yes) }
      var end = ObjectEnd(error)
      // The bucket's absence is not the object's.
      if end.status == .gone { (end.status, end.reason) = (.failed, "\(error)") }
      return .failure(end)
    }
  }
}
