import FlyingFox
import Foundation

/// Lambda and S3 on one port of 127.0.0.1: the Runtime API, the Invoke API, S3 kept in folders, and a web page.
public final class Emulator: Sendable {
  public let options: EmulatorOptions

  public init(options: EmulatorOptions) {
    self.options = options
  }

  /// Starts to listen.
  /// - Returns: The port.
  public func start() async throws(EmulatorError) -> UInt16 {
    throw .cannotListen(port: options.port, reason: "under construction")
  }

  /// Invokes the function and waits for its answer.
  public func invoke(_ payload: Data) async -> InvocationResult? { nil }

  /// Waits until no event is queued, running or due for another attempt.
  /// - Returns: false when `timeout` seconds passed first.
  public func waitUntilIdle(timeout: Double) async -> Bool { true }

  /// Stops to listen and kills the function's process group: nothing stays behind.
  public func stop() async {}
}
