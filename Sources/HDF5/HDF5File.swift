/// An HDF5 file, mapped into memory and only read. May be used from several threads at once.
///
/// The map lives as long as the file or any group, dataset or attribute of it.
public final class HDF5File: Sendable {
  /// The path that the file was opened by.
  public let path: String

  /// Opens a file.
  public convenience init(path: String) throws(HDF5Error) {
    try self.init(path: path, offset: 0, length: 0)
  }

  /// Opens a file that lies uncompressed inside another (a `.keras` archive), at any byte offset.
  public init(path: String, offset: Int, length: Int) throws(HDF5Error) {
    self.path = path
    throw HDF5Error(path: path, object: "", reason: "under construction")
  }

  /// The root group, "/".
  public var root: HDF5Group { get throws(HDF5Error) { HDF5Group(file: self, path: "/") } }
}
