import System
import ZipArchive

/// A `.keras` file: a zip archive of `metadata.json`, `config.json` and `model.weights.h5`.
struct KerasArchive {
  private let path: String
  private let archive: ZipArchive

  /// Configurations are not larger.
  private static let limit = 64 << 20

  /// - Parameter arrival: brings the file's bytes; nil: all are there.
  init(path: String, arrival: (any FileArrival)?) throws(KerasError) {
    self.path = path
    do throws(ZipError) { archive = try ZipArchive(path: path, arrival: arrival) } catch {
      throw KerasError(path: path, reason: error.reason)
    }
  }

  /// The bytes of a small entry; nil: there is none.
  func entry(_ name: String) throws(KerasError) -> [UInt8]? {
    guard let entry = archive.entry(named: name) else { return nil }
    do throws(ZipError) { return try archive.contents(of: entry, limit: KerasArchive.limit) } catch {
      throw KerasError(path: path, reason: "\(name): \(error.reason)")
    }
  }

  /// Where the weights lie in the file.
  func weights() throws(KerasError) -> (offset: Int, length: Int) {
    let name = "model.weights.h5"
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
    return range
  }
}
