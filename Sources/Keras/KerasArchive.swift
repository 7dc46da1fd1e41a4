import Glibc
import System
import ZipArchive

/// A `.keras` file: a zip archive of `metadata.json`, `config.json` and `model.weights.h5`; or the folder into which one
/// was unpacked.
struct KerasArchive {
  private let path: String
  private let content: Content

  private enum Content {
    case zip(ZipArchive)
    case folder
  }

  private static let weightsName = "model.weights.h5"

  /// - Parameter arrival: brings the file's bytes; nil: all are there.
  init(path: String, arrival: (any FileArrival)?) throws(KerasError) {
    self.path = path
    do throws(ZipError) { content = .zip(try ZipArchive(path: path, arrival: arrival)) } catch {
      throw KerasError(path: path, reason: error.reason)
    }
  }

  init(folder path: String) {
    self.path = path
    content = .folder
  }

  /// Whether a path is that of a folder into which an archive was unpacked.
  static func isFolder(_ path: String) -> Bool {
    ["config.json", weightsName].allSatisfy { access(path + "/" + $0, F_OK) == 0 }
  }

  /// The files of an unpacked archive, or the path itself.
  static func files(of path: String) -> [String] {
    guard isFolder(path) else { return [path] }
    return ["metadata.json", "config.json", weightsName].map { path + "/" + $0 }.filter {
      access($0, F_OK) == 0
    }
  }

  /// The bytes of a small entry; nil if it does not exist.
  func entry(_ name: String) throws(KerasError) -> [UInt8]? {
    switch content {
    case .zip(let archive):
      guard let entry = archive.entry(named: name) else { return nil }
      do throws(ZipError) {
        return try archive.contents(of: entry, limit: ModelFile.configurationLimit)
      } catch {
        throw KerasError(path: path, reason: "\(name): \(error.reason)")
      }
    case .folder:
      let file = path + "/" + name
      guard access(file, F_OK) == 0 else { return nil }
      return try FileBytes.read(file, limit: ModelFile.configurationLimit, whole: true).bytes
    }
  }

  /// Throws where the weights are not those that the archive's checksum is of. A folder has no checksums.
  func verifyWeights() throws(KerasError) {
    guard case .zip(let archive) = content, let entry = archive.entry(named: Self.weightsName) else { return }
    do throws(ZipError) { try archive.verify(entry) } catch {
      throw KerasError(
        path: path, reason: "\(Self.weightsName): \(error.reason)",
        remedy: "copy the file again, or save the model again")
    }
  }

  /// Where the weights lie: in which file, and where in it.
  func weights() throws(KerasError) -> (path: String, offset: Int, length: Int) {
    let name = Self.weightsName
    guard case .zip(let archive) = content else {
      let file = path + "/" + name
      return (file, 0, try FileBytes.read(file, limit: 0, whole: false).size)
    }
    guard let entry = archive.entry(named: name) else {
      throw KerasError(
        path: path, reason: "the archive has no \(name)", remedy: "save the model with model.save()")
    }
    let range: (offset: Int, length: Int)?
    do throws(ZipError) { range = try archive.storedRange(of: entry) } catch {
      throw KerasError(path: path, reason: "\(name): \(error.reason)")
    }
    guard let range else {
      throw KerasError(
        path: path, reason: "\(name) is compressed, so that it cannot be read in place",
        remedy: "unpack the archive and zip it again without compression (zip -0), as Keras does")
    }
    return (path, range.offset, range.length)
  }
}
