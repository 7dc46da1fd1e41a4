import XML

/// Who may do what with an object, besides what policies allow.
/// https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html
public struct AccessControlList: Sendable, Equatable {
  public enum Grantee: Sendable, Hashable {
    /// An account, by its canonical user ID.
    case id(String)
    /// A predefined group, such as everybody.
    case uri(String)
    /// An account, by its address; S3 shows it by its ID.
    case email(String)
  }

  public enum Permission: String, Sendable {
    case read = "READ"
    /// Means nothing for an object.
    case write = "WRITE"
    case readACP = "READ_ACP"
    case writeACP = "WRITE_ACP"
    case fullControl = "FULL_CONTROL"
  }

  public struct Grant: Sendable, Hashable {
    public var grantee: Grantee
    public var permission: Permission

    public init(_ grantee: Grantee, _ permission: Permission) {
      self.grantee = grantee
      self.permission = permission
    }
  }

  /// Canonical user ID; a copy belongs to who makes it.
  public var owner: String
  public var grants: [Grant]

  public init(owner: String, grants: [Grant]) {
    self.owner = owner
    self.grants = grants
  }

  /// - Returns: nil where it is not the answer to GetObjectAcl, or has a grant that is not understood.
  init?(_ document: XMLElement) {
    guard document.name == "AccessControlPolicy", let list = document.child("AccessControlList") else {
      return nil
    }
    owner = document.child("Owner")?["ID"] ?? ""
    grants = []
    for element in list.children("Grant") {
      // MinIO has neither names nor lists, and answers with a grant of nobody to nobody: the owner's.
      let nobody = owner.isEmpty ? Grantee.id("") : nil
      guard let grantee = element.child("Grantee").flatMap({ Grantee($0) ?? nobody }),
        let permission = element["Permission"].flatMap(Permission.init)
      else { return nil }
      grants.append(Grant(grantee, permission))
    }
  }

  /// Whether a copy without these grants would lose something: all but the owner's own, which every object has
  /// that is written without a list.
  public var hasOtherGrants: Bool { grants.contains { $0 != Grant(.id(owner), .fullControl) } }

  /// Headers that give the same grants to a copy, in the same request: also the owner's, who would otherwise have none.
  /// CopyObject does not have `x-amz-grant-write`: it means nothing for an object.
  /// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
  public var grantHeaders: [(name: String, value: String)] {
    let names: [(Permission, String)] = [
      (.read, "x-amz-grant-read"), (.readACP, "x-amz-grant-read-acp"), (.writeACP, "x-amz-grant-write-acp"),
      (.fullControl, "x-amz-grant-full-control"),
    ]
    return names.compactMap { permission, name in
      let grantees = grants.filter { $0.permission == permission }.map(\.grantee.headerText)
      return grantees.isEmpty ? nil : (name, grantees.joined(separator: ", "))
    }
  }
}

extension AccessControlList.Grantee {
  fileprivate init?(_ element: XMLElement) {
    if let id = element["ID"] {
      self = .id(id)
    } else if let uri = element["URI"] {
      self = .uri(uri)
    } else if let email = element["EmailAddress"] {
      self = .email(email)
    } else {
      return nil
    }
  }

  fileprivate var headerText: String {
    switch self {
    case .id(let text): "id=\"\(text)\""
    case .uri(let text): "uri=\"\(text)\""
    case .email(let text): "emailAddress=\"\(text)\""
    }
  }
}

extension S3Client {
  /// GetObjectAcl. A bucket without lists (``ObjectOwnership/bucketOwnerEnforced``) answers as if only the owner
  /// had a grant.
  /// - Returns: nil where the server has no access control lists.
  public func accessControlList(of location: S3Location) throws(S3Error) -> AccessControlList? {
    var call = S3Call(.getObjectAcl, method: "GET", location)
    call.query.append(("acl", ""))
    let answer: [UInt8]
    do throws(S3Error) {
      answer = try perform(call).body
    } catch {
      if error.isUnknownCall { return nil }
      throw error
    }
    guard let list = XMLElement(parsing: answer).flatMap(AccessControlList.init) else {
      throw call.error("Incomplete", "the answer is not a valid access control list.")
    }
    return list
  }
}
