import Classifier
import Foundation
import S3

/// Folders that stand for buckets, as those of `thimble emulate` do: an object's key is its file's path.
struct BucketFolders {
  private var folders: [String: String] = [:]

  init() {}

  /// - Parameter texts: `NAME=DIR` each.
  init(_ texts: [String]) throws(Failure) {
    for text in texts {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty else {
        throw Failure("--bucket \(text)", "it does not name a folder", remedy: "write NAME=DIR")
      }
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: String(parts[1]), isDirectory: &isFolder),
        isFolder.boolValue
      else { throw Failure(String(parts[1]), "there is no such folder", remedy: "check --bucket") }
      folders[String(parts[0])] = InputFile.absolute(String(parts[1]))
    }
  }

  /// A model with the objects that it names replaced by files.
  func model(_ model: ModelConfiguration) throws(Failure) -> ModelConfiguration {
    var model = model
    model.source = try file(model.source)
    if let config = model.config { model.config = try file(config) }
    if case .file(let labels) = model.labels { model.labels = .file(try file(labels)) }
    return model
  }

  private func file(_ reference: FileReference) throws(Failure) -> FileReference {
    guard case .object(let location) = reference, let folder = folders[location.bucket] else {
      return reference
    }
    let isPath = !location.key.split(separator: "/", omittingEmptySubsequences: false).contains {
      ["", ".", ".."].contains($0)
    }
    guard isPath else {
      throw Failure(location.uri, "a file in a folder cannot have this name", remedy: "choose a plain key")
    }
    let path = "\(folder)/\(location.key)"
    var isFolder: ObjCBool = false
    // An object is never a folder.
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue else {
      throw Failure(location.uri, "there is no file \(path)", remedy: "put it there, or correct the URI")
    }
    return .path(path)
  }
}
