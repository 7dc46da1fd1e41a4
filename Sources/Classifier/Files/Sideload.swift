import Digests
import S3
import System
import ZipArchive

/// The files that come beside the function's package: a zip, unpacked into the cache once.
struct Sideload {
  let settings: Settings
  let s3: ObjectStore

  /// Unpacks what `THIMBLE_SIDELOAD` names, or the package's `sideload.zip`.
  /// - Returns: the folder with its files; nil when there is no sideload.
  func unpack() throws(ClassifierError) -> String? {
    switch settings.sideload {
    case .object(let location): return try unpack(location)
    case .path(let path): return try unpack(path)
    case nil:
      guard let root = settings.taskRoot, FileLocator.isFile(root + "/sideload.zip") else { return nil }
      return try unpack(root + "/sideload.zip")
    }
  }

  private func unpack(_ path: String) throws(ClassifierError) -> String {
    let folder = try prepare("path:" + path)
    try unpack(path, to: folder, subject: path)
    return folder
  }

  /// An object has a folder for each ETag. One that is there is whole, so that its zip need not be kept.
  private func unpack(_ location: S3Location) throws(ClassifierError) -> String {
    let eTag = try s3.peek(location).eTag
    let folder = try prepare("\(location.uri) \(eTag)")
    if Folder.isFolder(folder) { return folder }
    let path = folder + ".zip"
    defer { Folder.remove(path) }
    try s3.download(location, to: path, eTag: eTag)
    try unpack(path, to: folder, subject: location.uri)
    return folder
  }

  private func unpack(_ path: String, to folder: String, subject: String) throws(ClassifierError) {
    do throws(ZipError) {
      try Unpacker().unpack(ZipArchive(path: path), to: folder)
    } catch {
      let named = ZipError(path: subject, entry: error.entry, reason: error.reason)
      throw ClassifierError(.storage, reason: "\(named)")
    }
  }

  /// Makes room: other sideloads, and what a killed process left, go.
  /// - Returns: the folder for the sideload with this identity.
  private func prepare(_ identity: String) throws(ClassifierError) -> String {
    let home = settings.cache + "/sideload"
    let name = String(Digest.sha256(identity.utf8).hex.prefix(16))
    try Folder.make(home)
    for other in Folder.names(home) where other != name { Folder.remove("\(home)/\(other)") }
    return "\(home)/\(name)"
  }
}
