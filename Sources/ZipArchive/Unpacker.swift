/// Unpacks archives so that a tree is there whole or not at all.
public struct Unpacker: Sendable {
  public enum Outcome: Sendable, Equatable {
    case unpacked
    /// The same archive had been unpacked there before.
    case reused
  }

  public init() {}

  /// Unpacks all entries to `directory`, which need not exist and is replaced when it holds anything else
  /// than this archive's complete tree. The folder around it is made when missing.
  @discardableResult
  public func unpack(_ archive: ZipArchive, to directory: String) throws(ZipError) -> Outcome {
    throw ZipError(path: archive.path, reason: "under construction")
  }
}
