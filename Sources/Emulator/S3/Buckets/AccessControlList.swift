import Foundation
import XML

/// Who may do what with an object besides what policies say.
/// https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html
///
/// Grants are kept and given back; the emulator itself answers signed requests alone, and all of those.
struct AccessControlList: Codable, Sendable, Equatable {
  enum Grantee: Codable, Sendable, Hashable {
    /// A canonical user ID.
    case user(String)
    /// A predefined group's URI.
    case group(String)
  }

  enum Permission: String, Codable, Sendable {
    case read = "READ"
    case write = "WRITE"
    case readPolicy = "READ_ACP"
    case writePolicy = "WRITE_ACP"
    case fullControl = "FULL_CONTROL"
  }

  struct Grant: Codable, Sendable, Hashable {
    var grantee: Grantee
    var permission: Permission
  }

  /// The canonical user ID of the one account that there is.
  static let ownerID = "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a"
  private static let ownersGrant = Grant(grantee: .user(ownerID), permission: .fullControl)
  private static let groups = "http://acs.amazonaws.com/groups/"
  private static let everybody = Grantee.group(groups + "global/AllUsers")
  private static let accounts = Grantee.group(groups + "global/AuthenticatedUsers")
  private static let knownGroups = ["global/AllUsers", "global/AuthenticatedUsers", "s3/LogDelivery"]
  private static let countLimit = 100

  /// What an object has of which nothing else is said: its owner may do all, nobody else anything.
  static let ownersOnly = AccessControlList(grants: [ownersGrant])

  /// The canned ACLs. https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#canned-acl
  private static let canned: [String: [Grant]] = [
    "private": [], "public-read": [Grant(grantee: everybody, permission: .read)],
    "public-read-write": [
      Grant(grantee: everybody, permission: .read), Grant(grantee: everybody, permission: .write),
    ],
    "authenticated-read": [Grant(grantee: accounts, permission: .read)],
    // Amazon EC2's own account.
    "aws-exec-read": [
      Grant(
        grantee: .user("6aa5a366c34c1cbe25dc49211496e913e0351eb0e8c37aa3477e40942ec6b97c"), permission: .read)
    ],
    // The bucket's owner is the object's.
    "bucket-owner-read": [], "bucket-owner-full-control": [],
  ]

  private static let grantHeaders: KeyValuePairs<String, Permission> = [
    "x-amz-grant-full-control": .fullControl, "x-amz-grant-read": .read,
    "x-amz-grant-read-acp": .readPolicy, "x-amz-grant-write-acp": .writePolicy, "x-amz-grant-write": .write,
  ]

  var grants: [Grant]

  private init(grants: [Grant]) { self.grants = grants }

  var isOwnersOnly: Bool { Set(grants) == Set(Self.ownersOnly.grants) }

  // MARK: Headers

  /// `x-amz-acl` and `x-amz-grant-*`.
  /// - Returns: nil when the request has none.
  static func parse(headers: [String: String]) throws(S3Fault) -> AccessControlList? {
    var grants: [Grant] = []
    for (name, permission) in grantHeaders {
      for grantee in (headers[name] ?? "").split(separator: ",") {
        grants.append(Grant(grantee: try self.grantee(String(grantee), name), permission: permission))
      }
    }
    guard let name = headers["x-amz-acl"] else {
      // What is granted explicitly stands alone: nothing of the owner's is added.
      return grants.isEmpty ? nil : AccessControlList(grants: grants)
    }
    guard grants.isEmpty else {
      throw .invalidRequest("Specifying both Canned ACLs and Header Grants is not allowed")
    }
    guard let more = canned[name] else {
      throw .invalidArgument("The canned ACL is not known.", name: "x-amz-acl", value: name)
    }
    return AccessControlList(grants: [ownersGrant] + more)
  }

  /// `id="..."`, `uri="..."` or `emailAddress="..."`.
  private static func grantee(_ text: String, _ header: String) throws(S3Fault) -> Grantee {
    let parts = text.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
    guard parts.count == 2 else {
      throw .invalidArgument("Argument format not recognized", name: header, value: text)
    }
    let value = parts[1].trimmingCharacters(in: ["\""])
    switch parts[0].lowercased() {
    case "id": return try user(value)
    case "uri": return try group(value)
    case "emailaddress": throw noSuchAddress
    default: throw .invalidArgument("Argument format not recognized", name: header, value: text)
    }
  }

  private static func user(_ id: String) throws(S3Fault) -> Grantee {
    guard id.utf8.count == 64, id.allSatisfy({ $0.isASCII && $0.isHexDigit }) else {
      throw .invalidArgument("Invalid id", name: "CanonicalUser/ID", value: id)
    }
    return .user(id)
  }

  private static func group(_ uri: String) throws(S3Fault) -> Grantee {
    guard knownGroups.contains(where: { groups + $0 == uri }) else {
      throw .invalidArgument("Invalid group uri", name: "uri", value: uri)
    }
    return .group(uri)
  }

  private static let noSuchAddress = S3Fault(
    400, "UnresolvableGrantByEmailAddress",
    "The email address you provided does not match any account on record.")

  // MARK: Documents

  /// `AccessControlPolicy`.
  init(document: Data) throws(S3Fault) {
    let root = try XMLElement(document: document)
    guard root.name == "AccessControlPolicy", let list = root.child("AccessControlList") else {
      throw S3Fault(
        400, "MalformedACLError",
        "The XML you provided was not well-formed or did not validate against our published schema")
    }
    if let owner = root.child("Owner")?["ID"], owner != Self.ownerID {
      throw S3Fault(403, "AccessDenied", "Access Denied")
    }
    grants = []
    for element in list.children("Grant") {
      guard let grantee = element.child("Grantee"),
        let permission = element["Permission"].flatMap(Permission.init), grants.count < Self.countLimit
      else { throw .malformedXML }
      if grantee.child("EmailAddress") != nil { throw Self.noSuchAddress }
      let who =
        if let uri = grantee["URI"] {
          try Self.group(uri)
        } else {
          try Self.user(grantee["ID"] ?? "")
        }
      grants.append(Grant(grantee: who, permission: permission))
    }
  }

  var document: Data {
    var xml = XMLWriter()
    xml.element("AccessControlPolicy", isRoot: true) { xml in
      xml.element("Owner") { xml in xml.element("ID", Self.ownerID) }
      xml.element("AccessControlList") { xml in
        for grant in grants {
          xml.element("Grant") { xml in
            switch grant.grantee {
            case .user(let id):
              xml.element("Grantee", schemaType: "CanonicalUser") { xml in xml.element("ID", id) }
            case .group(let uri):
              xml.element("Grantee", schemaType: "Group") { xml in xml.element("URI", uri) }
            }
            xml.element("Permission", grant.permission.rawValue)
          }
        }
      }
    }
    return xml.data
  }
}
