import Foundation
import TestSupport
import Testing

/// `thimble emulate` as a user starts and stops it.
struct EmulateTests {
  private func start(_ arguments: [String], output: Pipe, error: Pipe) throws -> Process {
    let process = Tool.process(["emulate"] + arguments)
    process.standardOutput = output
    process.standardError = error
    try process.run()
    return process
  }

  private func firstLine(_ pipe: Pipe) -> String {
    var bytes: [UInt8] = []
    while let byte = pipe.fileHandleForReading.readData(ofLength: 1).first, byte != UInt8(ascii: "\n") {
      bytes.append(byte)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test(arguments: [SIGINT, SIGTERM]) func stopLeavesNothing(signal: Int32) async throws {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    let function = directory.appendingPathComponent("function")
    try FileManager.default.createDirectory(at: function, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let bootstrap = function.appendingPathComponent("bootstrap")
    let ready = directory.appendingPathComponent("pid")
    // A runtime that hangs while it starts, with a child.
    let script =
      "#!/bin/sh\nsleep 1000 &\necho $$ $! >'\(ready.path).new'\nmv '\(ready.path).new' '\(ready.path)'\nwait\n"
    try Data(script.utf8).write(to: bootstrap)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: bootstrap.path)

    let (output, error) = (Pipe(), Pipe())
    let process = try start(
      ["--function", function.path, "--bucket", "images=\(directory.path)/images", "--port", "0"],
      output: output, error: error)
    let endpoint = firstLine(output)
    #expect(endpoint.hasPrefix("http://127.0.0.1:"))
    let caller = Process()
    caller.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    // Again should the start take so long that it is given up.
    let program = "import sys, urllib.request\nwhile True: urllib.request.urlopen(sys.argv[1], b'{}').read()"
    caller.arguments = ["python3", "-c", program, endpoint + "/2015-03-31/functions/thimble/invocations"]
    caller.standardError = Pipe()
    try caller.run()
    #expect(try await Patience.waits { FileManager.default.fileExists(atPath: ready.path) })

    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    caller.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 0)
    let pids = try String(contentsOf: ready, encoding: .utf8).split(whereSeparator: \.isWhitespace)
    #expect(pids.count == 2)
    for pid in pids {
      // Killed, it may take a moment to go; one that nobody waits for stays as a zombie until init does.
      let isGone = try await Patience.waits {
        let state = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
        return state?.contains(") Z ") ?? true
      }
      #expect(isGone, "\(pid)")
    }
    #expect(FileManager.default.fileExists(atPath: directory.path + "/images"))
    // Nor does a control group, where they may be used.
    let groups = (try? FileManager.default.subpathsOfDirectory(atPath: "/sys/fs/cgroup")) ?? []
    #expect(!groups.contains { $0.contains("thimble-emulator-\(process.processIdentifier)-") })
  }

  @Test(arguments: [
    (["--bucket", "images"], Int32(64), "NAME=DIR"), (["--memory", "1"], 64, "128...10240"),
    (["--fail-rate", "2"], 64, "0...1"),
    (["--fail-kind", "Slow"], 64, "--fail-kind Slow: there are SlowDown, "),
    (["--s3-latency", "-1"], 64, "--s3-latency"), (["--s3-rate", "0"], 64, "--s3-rate is"),
    (["--object-writer", "images"], 64, "--object-writer images: there is no --bucket of that name"),
    (
      ["--access-log", "/nonexistent/log", "--port", "0"], 1,
      "cannot open the access log /nonexistent/log: No such"
    ), (["--notify", "images"], 64, "no --bucket of that name"),
    (["--function", "/nonexistent", "--port", "0"], 1, "/nonexistent: there is no such file or folder"),
    (["--bucket", "No=x", "--port", "0"], 1, "bucket No: names are"),
  ])
  func mistakes(arguments: [String], status: Int32, message: String) throws {
    let outcome = try Tool.run(["emulate"] + arguments)
    #expect(outcome.status == status)
    #expect(outcome.error.contains(message), "\(outcome.error)")
  }
}
