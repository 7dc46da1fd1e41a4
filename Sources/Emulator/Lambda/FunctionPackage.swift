import Foundation

/// The function's code, or a layer, as a folder.
enum FunctionPackage {
  /// A folder is used where it is; a zip is unpacked.
  /// - Parameter folder: where a zip is unpacked to.
  /// - Returns: the absolute path of the folder with the files.
  static func open(_ path: String, unpackingTo folder: String) throws(EmulatorError) -> String {
    switch FileTree.kind(FileTree.absolute(path)) {
    case .directory: return FileTree.absolute(path)
    case .file:
      throw .badPackage(path: path, reason: "zip files cannot be unpacked yet: give the unpacked folder.")
    case .link, .other: throw .badPackage(path: path, reason: "it is neither a folder nor a zip file.")
    case nil: throw .badPackage(path: path, reason: "there is no such file or folder.")
    }
  }
}
