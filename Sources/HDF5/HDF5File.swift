import System

/// An HDF5 file, mapped into memory and only read. May be used from several threads at once.
///
/// Follows the HDF5 File Format Specification Version 3.0, whose sections the parts of this reader name. The
/// map lives as long as the file or any group, dataset or attribute of it.
public final class HDF5File: Sendable {
  /// The path that the file was opened by.
  public let path: String
  let superblock: Superblock

  /// Opens a file.
  /// - Parameter arrival: brings the bytes of a file that is still arriving but has its full size already; nil: all
  ///   are there. Each byte is waited for before it is read, and a read fails where its bytes do not come.
  /// - Throws: also if the file is shorter than its superblock says.
  public convenience init(path: String, arrival: (any FileArrival)? = nil) throws(HDF5Error) {
    try self.init(path, part: nil, arrival)
  }

  /// Opens a file that lies uncompressed inside another (a `.keras` archive), at any byte offset.
  /// - Parameter arrival: as above; brings the bytes of the other file.
  public convenience init(path: String, offset: Int, length: Int, arrival: (any FileArrival)? = nil)
    throws(HDF5Error)
  {
    try self.init(path, part: (offset, length), arrival)
  }

  private init(_ path: String, part: (offset: Int, length: Int)?, _ arrival: (any FileArrival)?)
    throws(HDF5Error)
  {
    self.path = path
    do throws(FormatError) {
      superblock = try Superblock(Bytes(FileMap(path: path, part: part, arrival: arrival)))
    } catch {
      throw HDF5Error(path: path, object: "", reason: error.reason)
    }
  }

  /// The root group, "/".
  public var root: HDF5Group {
    get throws(HDF5Error) {
      try locating("/") { () throws(FormatError) in
        try HDF5Group(DataObject(self, path: "/", address: superblock.rootAddress))
      }
    }
  }
}
