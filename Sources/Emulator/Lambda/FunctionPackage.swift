import ZipArchive

/// The function's code, or a layer, as a folder.
enum FunctionPackage {
  /// A folder is used where it is; a zip is unpacked.
  /// - Parameter folder: where a zip is unpacked to.
  /// - Returns: the absolute path of the folder with the files.
  static func open(_ path: String, unpackingTo folder: String) throws(EmulatorError) -> String {
    switch FileTree.kind(FileTree.absolute(path)) {
    case .directory: return FileTree.absolute(path)
    case .file:
      do throws(ZipError) {
        try Unpacker().unpack(ZipArchive(path: path), to: folder)
      } catch {
        throw .badPackage(path: path, reason: error.entry.map { "\($0): \(error.reason)" } ?? error.reason)
      }
      return FileTree.absolute(folder)
    case .link, .other: throw .badPackage(path: path, reason: "it is neither a folder nor a zip file.")
    case nil: throw .badPackage(path: path, reason: "there is no such file or folder.")
    }
  }
}
