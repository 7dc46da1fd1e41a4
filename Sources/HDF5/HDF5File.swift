/// An HDF5 file, mapped into memory and only read. May be used from several threads at once.
///
/// Follows the HDF5 File Format Specification Version 3.0, whose sections the parts of this reader name. The
/// map lives as long as the file or any group, dataset or attribute of it.
public final class HDF5File: Sendable {
  /// The path that the file was opened by.
  public let path: String
  let superblock: Superblock

  /// Opens a file.
  /// - Throws: also if the file is shorter than its superblock says.
  public convenience init(path: String) throws(HDF5Error) {
    try self.init(path) { () throws(Problem) in try FileMap(path: path) }
  }

  /// Opens a file that lies uncompressed inside another (a `.keras` archive), at any byte offset.
  public convenience init(path: String, offset: Int, length: Int) throws(HDF5Error) {
    try self.init(path) { () throws(Problem) in try FileMap(path: path, offset: offset, length: length) }
  }

  private init(_ path: String, map: () throws(Problem) -> FileMap) throws(HDF5Error) {
    self.path = path
    do throws(Problem) {
      superblock = try Superblock(Bytes(map()))
    } catch {
      throw HDF5Error(path: path, object: "", reason: error.reason)
    }
  }

  /// The root group, "/".
  public var root: HDF5Group {
    get throws(HDF5Error) {
      try locating("/") { () throws(Problem) in
        try HDF5Group(DataObject(self, path: "/", address: superblock.rootAddress))
      }
    }
  }
}
