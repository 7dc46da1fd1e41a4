/// A group: named links to other groups and to datasets, and attributes.
public struct HDF5Group: Sendable {
  private let object: DataObject
  private let links: LinkTable

  init(_ object: DataObject) throws(FormatError) {
    self.object = object
    links = try LinkTable(object.header, object.file.superblock)
  }

  /// The path by which the group was reached, "/model_weights".
  public var path: String { object.path }

  /// Identifies the group in its file, whatever links lead to it: links may go in circles.
  public var identity: Int { object.header.address }

  /// The names of the links: in order of creation where the file tracks it, else sorted by their bytes.
  public func names() throws(HDF5Error) -> [String] {
    try object.file.locating(path) { () throws(FormatError) in try links.all().map(\.name) }
  }

  /// What a path below this group leads to ("conv1/kernel:0"; one that starts with "/" begins at the root).
  /// Soft links are followed; nil: a name on the way does not exist, or lies below a dataset.
  public func child(_ path: String) throws(HDF5Error) -> HDF5Object? {
    var walk = LinkWalk(object.file, to: self.path == "/" ? "/" + path : "\(self.path)/\(path)")
    return try walk.follow(path, from: self)
  }

  /// The group at a path; nil if there is nothing, or not a group.
  public func group(_ path: String) throws(HDF5Error) -> HDF5Group? {
    if case .group(let group) = try child(path) { group } else { nil }
  }

  /// The dataset at a path; nil if there is nothing, or not a dataset.
  public func dataset(_ path: String) throws(HDF5Error) -> HDF5Dataset? {
    if case .dataset(let dataset) = try child(path) { dataset } else { nil }
  }

  /// The attribute of a name; nil if it does not exist.
  public func attribute(_ name: String) throws(HDF5Error) -> HDF5Attribute? { try object.attribute(name) }

  /// The names of the attributes, ordered like ``names()``.
  public func attributeNames() throws(HDF5Error) -> [String] { try object.attributeNames() }

  /// Says that all of the file in front of some children of this group will be read, or all of the file where there
  /// are none of them: a writer puts later data after earlier data.
  /// - Parameter names: of children that will not be read.
  public func requestFile(before names: [String]) throws(HDF5Error) {
    try object.file.locating(path) { () throws(FormatError) in
      let bytes = object.file.superblock.space.bytes
      guard bytes.isArriving else { return }
      var end = bytes.count
      for name in names {
        if case .hard(let address) = try link(name)?.target { end = min(end, address) }
      }
      try bytes.part(0, end).request()
    }
  }

  func link(_ name: String) throws(FormatError) -> Link? { try links.link(name) }
}
