import Emulator
import Foundation
import TestSupport
import Testing

/// A whole function process, made of the loop, the client and a handler that echoes.
struct ProcessTests {
  private static let function = Tool.products.appendingPathComponent("EchoFunction")
  private let folder: Scratch

  init() throws { folder = try Scratch() }

  private func start(_ environment: [String: String]) throws -> Process {
    let process = Process()
    process.executableURL = Self.function
    process.environment = environment
    try Data().write(to: URL(fileURLWithPath: folder.path("log")))
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle(forWritingAtPath: folder.path("log"))
    try process.run()
    return process
  }

  /// The message of the last line that was logged.
  private func lastMessage() throws -> String {
    let lines = try String(contentsOfFile: folder.path("log"), encoding: .utf8).split(separator: "\n")
    let record = try JSONSerialization.jsonObject(with: Data((lines.last ?? "").utf8)) as? [String: Any]
    return try #require(record?["message"] as? String)
  }

  @Test func `without Lambda it says what to do`() throws {
    let process = try start([:])
    process.waitUntilExit()
    #expect(process.terminationStatus == 1)
    #expect(try lastMessage().contains("use `thimble emulate`"))
  }

  @Test func `a container error and a lost endpoint end it with a clear last line`() throws {
    try ScriptedServer.run { _ in
      [.answer(500, [:], #"{"errorType":"ContainerError"}"#)]
    } _: { server in
      let process = try start(["AWS_LAMBDA_RUNTIME_API": "127.0.0.1:\(server.port)"])
      process.waitUntilExit()
      #expect(process.terminationStatus == 1)
      #expect(
        try lastMessage().contains("the process ends: GET /2018-06-01/runtime/invocation/next: status 500"))
      #expect(server.requests.count == 1)
    }
    let port = try ClosedPort()
    let process = try start(["AWS_LAMBDA_RUNTIME_API": "127.0.0.1:\(port.number)"])
    process.waitUntilExit()
    #expect(process.terminationStatus == 1)
    #expect(try lastMessage().contains("the Runtime API at 127.0.0.1:\(port.number) is lost"))
  }

  @Test func `SIGTERM ends it quietly`() throws {
    let server = try ScriptedServer { _ in [.wait(seconds: 60)] }
    defer { server.stop() }
    let process = try start(["AWS_LAMBDA_RUNTIME_API": "127.0.0.1:\(server.port)"])
    while server.requests.isEmpty, process.isRunning { usleep(1000) }
    process.terminate()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 0)
    #expect(try String(contentsOfFile: folder.path("log"), encoding: .utf8) == "")
  }

  /// With the emulator, whose other side is tested with boto3 and a runtime that is not ours.
  private func emulate<Result>(
    _ configure: (inout EmulatorOptions) -> Void = { _ in },
    _ body: (Emulator) async throws -> Result
  ) async throws -> Result {
    let package = try Scratch()
    try FileManager.default.createSymbolicLink(
      at: URL(fileURLWithPath: package.path("bootstrap")), withDestinationURL: Self.function)
    var options = EmulatorOptions()
    options.function = package.directory
    (options.timeout, options.initTimeout) = (Patience.seconds, Patience.seconds)
    options.log = { _ in }
    configure(&options)
    let emulator = Emulator(options: options)
    _ = try await emulator.start()
    do {
      let result = try await body(emulator)
      await emulator.stop()
      return result
    } catch {
      await emulator.stop()
      throw error
    }
  }

  private func invoke(_ emulator: Emulator, _ event: String) async throws -> (InvocationResult, [String: Any])
  {
    let result = try #require(await emulator.invoke(Data(event.utf8)))
    let answer = try? JSONSerialization.jsonObject(with: result.payload) as? [String: Any]
    return (result, answer ?? [:])
  }

  @Test func `the emulator's events are answered`() async throws {
    try await emulate { emulator in
      var pids: Set<Int> = []
      for index in 0..<20 {
        let (result, answer) = try await invoke(emulator, #"{"a": [\#(index), "ü\n"]}"#)
        #expect(result.functionError == nil)
        #expect(answer["requestID"] as? String == result.requestID)
        #expect((answer["event"] as? [String: Any])?["a"] as? [AnyHashable] == [index, "ü\n"])
        #expect(answer["functionARN"] as? String == "arn:aws:lambda:us-east-1:123456789012:function:thimble")
        #expect((answer["traceID"] as? String)?.hasPrefix("Root=1-") == true)
        #expect(answer["traceID"] as? String == answer["traceVariable"] as? String)
        #expect((1...emulator.options.milliseconds).contains(answer["remaining"] as? Int ?? 0))
        #expect(result.logTail.contains(#""message":"echo","requestId":"\#(result.requestID)""#))
        pids.insert(answer["pid"] as? Int ?? 0)
      }
      #expect(pids.count == 1)
    }
  }

  @Test func `failures, large answers and large events leave the process alive`() async throws {
    try await emulate { emulator in
      let (_, first) = try await invoke(emulator, "{}")
      let message = "two\\nlines \\\"quoted\\\" \\u2028 ü"
      let (failed, error) = try await invoke(
        emulator, #"{"fail": "\#(message)", "type": "Function.Odd"}"#)
      #expect(failed.functionError == "Unhandled")
      #expect(error["errorMessage"] as? String == "two\nlines \"quoted\" \u{2028} ü")
      #expect(error["errorType"] as? String == "Function.Odd")
      #expect(error["stackTrace"] as? [String] == [])
      let (tooLarge, sizeError) = try await invoke(emulator, #"{"size": 7000000}"#)
      #expect(tooLarge.functionError == "Unhandled")
      #expect(sizeError["errorType"] as? String == "Function.ResponseSizeTooLarge")
      let (large, _) = try await invoke(emulator, #"{"size": 6291556}"#)
      #expect(large.functionError == nil && large.payload.count == 6_291_556)
      let text = String(repeating: "x", count: 6_000_000)
      let (echoed, answer) = try await invoke(emulator, #"{"text": "\#(text)"}"#)
      #expect(echoed.functionError == nil)
      #expect((answer["event"] as? [String: Any])?["text"] as? String == text)
      #expect(answer["pid"] as? Int == first["pid"] as? Int)
    }
  }

  @Test func `a failed start is reported with its reason`() async throws {
    try await emulate({ $0.environment["INIT_FAILURE"] = "no \"model\"\nat all" }) { emulator in
      let (result, error) = try await invoke(emulator, "{}")
      #expect(result.functionError == "Unhandled")
      #expect(error["errorType"] as? String == "Function.CannotStart")
      #expect(error["errorMessage"] as? String == "no \"model\"\nat all")
      #expect(result.logTail.contains(#"the function cannot start: no \"model\"\nat all"#))
    }
  }

  @Test func `a timeout starts a new process`() async throws {
    for limit in Patience.limits {
      let isAnswered = try await emulate({ $0.timeout = limit }) { emulator in
        let first = try await invoke(emulator, "{}").1["pid"] as? Int
        let (slow, error) = try await invoke(emulator, #"{"sleep": 3000}"#)
        #expect(slow.functionError == "Unhandled")
        let message = "Task timed out after \(Int(limit)).00 seconds"
        #expect((error["errorMessage"] as? String)?.contains(message) == true)
        guard let first, let next = try await invoke(emulator, "{}").1["pid"] as? Int else { return false }
        #expect(next != first)
        return true
      }
      if isAnswered { return }
    }
    Issue.record("events that take no time are not answered within any limit")
  }
}

extension EmulatorOptions {
  fileprivate var milliseconds: Int { Int(timeout * 1000) }
}
