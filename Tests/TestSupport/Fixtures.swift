import Foundation

/// Test data that `make test` generates with an independent tool (Keras, Pillow, h5py, ...) before it
/// starts the tests: one folder a target, made by `scripts/fixtures/TARGET.py`.
public enum Fixtures {
  /// The repository's top folder.
  public static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

  /// The folder of one room's generated data, whether it exists or not.
  public static func directory(_ room: String) -> String {
    (ProcessInfo.processInfo.environment["THIMBLE_FIXTURES"] ?? root + "/.build-fixtures") + "/" + room
  }

  /// Whether the generated data of a target is there. Use it in `.enabled(if:)` together with ``hint``.
  public static func exist(_ target: String) -> Bool {
    FileManager.default.fileExists(atPath: directory(target) + "/complete")
  }

  /// The reason that a test without data is skipped.
  public static let hint = "its data is not made yet: run `make test`"

  /// The python interpreter of the virtual environment that `make test` sets up.
  public static let python = root + "/.build-venv/bin/python"

  /// Published models, photos and labels, as `scripts/fetch-data` fetches them.
  public static let demoData = root + "/.build-data"

  /// Whether they are there.
  public static var hasDemoData: Bool { FileManager.default.fileExists(atPath: demoData + "/done") }
}
