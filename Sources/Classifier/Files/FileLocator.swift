import Glibc

/// Finds the files that a configuration names.
struct FileLocator {
  /// Folders, in the order in which they are searched: the sideload, the package, the layer.
  let roots: [String]

  /// - Parameter place: what names the file, for the error: `models[0].source`.
  /// - Returns: the path of a file that is there.
  func find(_ path: String, file: String, place: String) throws(ConfigurationError) -> String {
    let candidates = candidates(path)
    guard let found = candidates.first(where: Self.isFile) else {
      let reason =
        if let folder = candidates.first(where: Folder.isFolder) {
          "\(folder) is a folder, where a file should be"
        } else if candidates.isEmpty {
          "\(path): there is no folder to look in"
        } else {
          "there is no file " + candidates.joined(separator: ", nor ")
        }
      throw ConfigurationError(file: file, place: place, reason: reason)
    }
    return found
  }

  /// Where a path may lead.
  func candidates(_ path: String) -> [String] {
    path.hasPrefix("/") ? [path] : roots.map { "\($0)/\(path)" }
  }

  /// The same where it need not be there.
  func find(_ name: String) -> String? {
    roots.map { "\($0)/\(name)" }.first(where: Self.isFile)
  }

  static func isFile(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }
}
