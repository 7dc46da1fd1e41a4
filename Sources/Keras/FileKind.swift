import System

/// What a model file is, known from its first bytes.
enum FileKind {
  case hdf5
  case zip
  /// One into which a `.keras` file was unpacked.
  case folder

  /// - Parameter arrival: brings the file's bytes; nil: all are there.
  /// - Returns: the kind, and the size in bytes: of a folder, that of its weights.
  static func of(_ path: String, arrival: (any FileArrival)?) throws(KerasError) -> (
    kind: FileKind, size: Int
  ) {
    if KerasArchive.isFolder(path) {
      return (.folder, try KerasArchive(folder: path).weights().length)
    }
    let (bytes, size) = try FileBytes.read(path, limit: firstBytes, whole: false, arrival: arrival)
    if let kind = kind(bytes) { return (kind, size) }
    let remedy = "save the model as a .keras or .h5 file with model.save()"
    if size == 0 { throw KerasError(path: path, reason: "the file is empty", remedy: remedy) }
    if let other = OtherFile(bytes) {
      throw KerasError(path: path, reason: "this is \(other.name)", remedy: other.remedy)
    }
    if bytes.first == UInt8(ascii: "{") || bytes.starts(with: Array("\"{".utf8)) {
      throw KerasError(
        path: path, reason: "this is a model's configuration without its weights",
        remedy: "give the file of the weights as the model, and this one as its config")
    }
    throw KerasError(path: path, reason: "this is neither an HDF5 file nor a .keras archive", remedy: remedy)
  }
}

extension FileKind {
  /// How many bytes tell the kind.
  private static let firstBytes = 2048

  /// The kind of a file that begins with these bytes; nil: it is not a model.
  private static func kind(_ bytes: [UInt8]) -> FileKind? {
    if bytes.starts(with: Array("PK\u{3}\u{4}".utf8)) { return .zip }
    // An HDF5 file may begin with a user block, whose size is a power of 2 from 512 on.
    let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]
    return [0, 512, 1024].contains { bytes.dropFirst($0).starts(with: signature) } ? .hdf5 : nil
  }

  /// Whether a file begins as those do in which models are.
  static func isKnown(_ path: String) -> Bool {
    (try? FileBytes.read(path, limit: firstBytes, whole: false)).map { kind($0.bytes) != nil } ?? false
  }
}

/// Reading small files whole.
enum FileBytes {
  /// - Parameters:
  ///   - limit: bytes to read at most.
  ///   - whole: whether a larger file is an error.
  ///   - arrival: brings the file's bytes; nil: all are there.
  /// - Returns: the bytes, and the file's size.
  static func read(_ path: String, limit: Int, whole: Bool, arrival: (any FileArrival)? = nil)
    throws(KerasError) -> (bytes: [UInt8], size: Int)
  {
    let file: ReadableFile
    do throws(SystemError) {
      file = try ReadableFile(path: path)
    } catch {
      throw KerasError(path: path, reason: "the file cannot be opened: \(error)")
    }
    if file.kind == .folder {
      throw KerasError(
        path: path, reason: "this is a folder",
        remedy:
          "of a SavedModel, load the folder in the TensorFlow that wrote it, and save the model as a .h5 file"
      )
    }
    let size = file.size
    if whole, size > limit {
      throw KerasError(path: path, reason: "the file has \(size) bytes, more than \(limit) are not read")
    }
    let count = min(size, limit)
    if let arrival, count > 0 {
      do throws(FileArrivalError) { try arrival.waitFor(0..<count) } catch {
        throw KerasError(path: path, reason: "bytes of it did not arrive: \(error.reason)")
      }
    }
    let bytes: [UInt8]
    do throws(SystemError) {
      bytes = try file.read(at: 0, count: count)
    } catch {
      throw KerasError(path: path, reason: "the file cannot be read: \(error)")
    }
    guard bytes.count == count else {
      throw KerasError(path: path, reason: "the file became shorter while it was read")
    }
    return (bytes, size)
  }
}
