import Foundation

/// `thimble`, built together with the tests, run as a user runs it.
public struct Tool: Sendable {
  /// What a run came to.
  public struct Outcome: Sendable {
    public let status: Int32
    /// stdout as text.
    public let output: String
    /// stderr as text, without the notes on progress of commands that take more than two seconds.
    public let error: String
  }

  /// Where the build leaves executables.
  public static let products = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()

  /// A process that is not started yet.
  public static func process(_ arguments: [String]) -> Process {
    let process = Process()
    process.executableURL = products.appendingPathComponent("thimble")
    process.arguments = arguments
    return process
  }

  /// Runs a command to its end.
  public static func run(_ arguments: String...) throws -> Outcome { try run(arguments) }

  /// - Parameter environment: variables besides those of the tests.
  public static func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Outcome {
    let folder = try Scratch()
    let process = process(arguments)
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    // Files rather than pipes, which fill up while nobody reads.
    let (output, error) = (folder.path("stdout"), folder.path("stderr"))
    for path in [output, error] { FileManager.default.createFile(atPath: path, contents: nil) }
    process.standardOutput = FileHandle(forWritingAtPath: output)
    process.standardError = FileHandle(forWritingAtPath: error)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    func text(_ path: String) throws -> String {
      String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
    }
    let notes = /thimble: [^\n]* \(\d+ s\)\n/
    return Outcome(
      status: process.terminationStatus, output: try text(output),
      error: try text(error).replacing(notes, with: ""))
  }
}

/// A temporary folder that goes when nobody holds it any more.
public final class Scratch: Sendable {
  public let directory: String

  public init() throws {
    directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
  }

  public func path(_ name: String) -> String { directory + "/" + name }

  deinit { try? FileManager.default.removeItem(atPath: directory) }
}
