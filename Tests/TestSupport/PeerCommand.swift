import Foundation

/// A program that talks to an S3 server as a developer's does: Python with boto3, the AWS command line.
public struct PeerCommand: Sendable {
  /// Where files may be left, and the program's home.
  public let directory: String
  public let environment: [String: String]

  /// - Parameter more: further variables.
  public init(
    directory: String, endpoint: String, id: String = "test", secret: String = "test",
    more: [String: String] = [:]
  ) {
    self.directory = directory
    environment = [
      "ENDPOINT": endpoint, "DIRECTORY": directory, "PATH": "/usr/bin:/bin", "HOME": directory,
      "AWS_ACCESS_KEY_ID": id, "AWS_SECRET_ACCESS_KEY": secret, "AWS_DEFAULT_REGION": "us-east-1",
      "AWS_ENDPOINT_URL": endpoint, "AWS_EC2_METADATA_DISABLED": "true", "PYTHONIOENCODING": "utf-8",
      "LANG": "C.UTF-8",
    ].merging(more) { _, own in own }
  }

  /// An answer may take longer than the usual minute.
  private static let patience = """
    import boto3, botocore.config
    boto3.setup_default_session()
    boto3.DEFAULT_SESSION._session.set_default_client_config(
        botocore.config.Config(connect_timeout=\(Patience.seconds), read_timeout=\(Patience.seconds)))

    """

  /// Runs a Python program to its end, in which boto3 waits patiently.
  public func python(_ program: String) async throws -> (status: Int32, text: String) {
    let path = directory + "/program-\(UUID().uuidString).py"
    try Data((Self.patience + program).utf8).write(to: URL(fileURLWithPath: path))
    return try await run(Fixtures.python, [path])
  }

  /// Runs the AWS command line to its end.
  public func aws(_ arguments: [String]) async throws -> (status: Int32, text: String) {
    let tool = (Fixtures.python as NSString).deletingLastPathComponent + "/aws"
    // 0: any time.
    let patience = ["--cli-connect-timeout", "0", "--cli-read-timeout", "0"]
    return try await run(Fixtures.python, [tool] + arguments + patience)
  }

  /// Runs a program to its end, without keeping a thread.
  /// - Returns: its exit status, and what it printed to stdout and stderr.
  public func run(_ executable: String, _ arguments: [String]) async throws -> (status: Int32, text: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: directory)
    process.environment = environment
    // A file rather than a pipe, which fills up while nobody reads.
    let output = directory + "/output-" + UUID().uuidString
    FileManager.default.createFile(atPath: output, contents: nil)
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
    process.standardOutput = handle
    process.standardError = handle
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
      process.terminationHandler = { _ in continuation.resume() }
      do { try process.run() } catch { continuation.resume(throwing: error) }
    }
    let text = String(decoding: FileManager.default.contents(atPath: output) ?? Data(), as: UTF8.self)
    return (process.terminationStatus, text)
  }
}
