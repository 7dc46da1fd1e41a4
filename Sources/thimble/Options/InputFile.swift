import Foundation

/// A file that a user names on the command line.
enum InputFile {
  /// Throws when there is no such file.
  static func check(_ path: String) throws(Failure) {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw Failure(path, "there is no such file", remedy: "check the path")
    }
    if isDirectory.boolValue { throw Failure(path, "this is a folder", remedy: "name a file in it") }
  }

  static func absolute(_ path: String) -> String { URL(fileURLWithPath: path).path }

  /// All of its bytes.
  static func contents(_ path: String) throws(Failure) -> [UInt8] {
    try check(path)
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Failure(path, "it cannot be read", remedy: "check its permissions")
    }
    return [UInt8](data)
  }
}
