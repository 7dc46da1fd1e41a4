/// A group: named links to other groups and to datasets, and attributes.
public struct HDF5Group: Sendable {
  let file: HDF5File
  /// The path by which the group was reached, "/model_weights".
  public let path: String

  /// The names of the links: in order of creation where the file tracks it, else sorted by their bytes.
  public func names() throws(HDF5Error) -> [String] { [] }

  /// What a path below this group leads to ("conv1/kernel:0"; one that starts with "/" begins at the root).
  /// Soft links are followed; nil: a name on the way does not exist.
  public func child(_ path: String) throws(HDF5Error) -> HDF5Object? { nil }

  /// The group at a path; nil: there is none, or it is no group.
  public func group(_ path: String) throws(HDF5Error) -> HDF5Group? {
    if case .group(let group) = try child(path) { group } else { nil }
  }

  /// The dataset at a path; nil: there is none, or it is no dataset.
  public func dataset(_ path: String) throws(HDF5Error) -> HDF5Dataset? {
    if case .dataset(let dataset) = try child(path) { dataset } else { nil }
  }

  /// The attribute of a name; nil: there is none.
  public func attribute(_ name: String) throws(HDF5Error) -> HDF5Attribute? { nil }

  /// The names of the attributes, ordered like ``names()``.
  public func attributeNames() throws(HDF5Error) -> [String] { [] }
}
