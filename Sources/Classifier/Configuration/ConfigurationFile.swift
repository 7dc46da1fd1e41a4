import S3

/// Finds and reads `thimble.json`.
struct ConfigurationFile {
  static let name = "thimble.json"
  /// Bytes.
  private static let limit = 4 << 20

  let settings: Settings
  let locator: FileLocator
  let s3: ObjectStore

  /// Reads what `THIMBLE_CONFIG` names, else the first in the sideload, the package and the layer.
  func read() throws(ClassifierError) -> Configuration {
    let bytes: [UInt8]
    let file: String
    switch settings.configuration {
    case .object(let location):
      bytes = try s3.read(location, limit: Self.limit)
      file = location.uri
    case .path(let path):
      bytes = try LocalFile.read(path, limit: Self.limit)
      file = path
    case nil:
      guard let path = locator.find(Self.name) else {
        throw ClassifierError(
          .configuration,
          reason: "there is no \(Self.name): it is looked for in \(locator.roots.joined(separator: ", ")); "
            + "THIMBLE_CONFIG may name another place")
      }
      bytes = try LocalFile.read(path, limit: Self.limit)
      file = path
    }
    do throws(ConfigurationError) {
      return try Configuration(json: bytes, file: file)
    } catch {
      throw ClassifierError(error)
    }
  }
}
