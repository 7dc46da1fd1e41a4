/// Why something in an HDF5 file could not be read.
public struct HDF5Error: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file.
  public let path: String
  /// The group, dataset or attribute inside it ("/model_weights/conv1", "/@model_config"); empty: the file
  /// as a whole.
  public let object: String
  /// What is wrong and, where there is one, the remedy.
  public let reason: String

  public init(path: String, object: String, reason: String) {
    self.path = path
    self.object = object
    self.reason = reason
  }

  public var description: String {
    object.isEmpty ? "\(path): \(reason)" : "\(path): \(object): \(reason)"
  }
}
