import ArgumentParser
import Dispatch
import Glibc
import Inference

@main
struct Thimble: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "thimble",
    abstract: "Keras image classifiers on AWS Lambda: inspect models, check them, run them here.",
    discussion: """
      Results go to stdout, everything else to stderr. Exit codes: 0 done, 1 the answer is no or the work \
      failed, 64 wrong usage. `thimble help COMMAND` shows options and examples.
      """,
    version: Version.report,
    subcommands: [
      Inspect.self, Predict.self, Verify.self, Classify.self, ImageCommand.self, Bench.self, Check.self,
      Emulate.self,
    ])

  /// Commands run on the main thread, where memory comes from the system in larger pieces and no queues have to
  /// be set up first.
  static func main() {
    do {
      var command = try parse(Array(CommandLine.arguments.dropFirst()))
      guard CPU.missingInstructions.isEmpty else {
        let missing = CPU.missingInstructions.joined(separator: " and ")
        throw Failure("this processor lacks \(missing), which all arithmetic here needs")
      }
      let kernels = getenv("THIMBLE_KERNELS").map { String(cString: $0) }
      if let reason = CPU.refusal(ofKernels: kernels) { throw Failure("THIMBLE_KERNELS: \(reason)") }
      if let asynchronous = command as? any AsyncParsableCommand { wait(for: asynchronous) }
      try command.run()
    } catch {
      fail(error)
    }
  }

  /// A command that is named first takes its arguments without those of the commands above it, and without a search
  /// for completion requests: a millisecond that a first result would wait. The whole tree says what is wrong.
  private static func parse(_ arguments: [String]) throws -> any ParsableCommand {
    let named = configuration.subcommands.first { $0.configuration.commandName == arguments.first }
    if let command = try? named?.parseAsRoot(Array(arguments.dropFirst())) { return command }
    return try parseAsRoot(arguments)
  }

  private static func wait(for command: sending any AsyncParsableCommand) -> Never {
    Task {
      var command = command
      do { try await command.run() } catch { fail(error) }
      exit()
    }
    dispatchMain()
  }

  /// Ends the process with what went wrong, or with the help that was asked for.
  private static func fail(_ error: any Error) -> Never {
    if exitCode(for: error) == .validationFailure {
      Terminal.notes(fullMessage(for: error))
      exit(withError: ExitCode.validationFailure)
    }
    guard exitCode(for: error) == .failure, !(error is ExitCode) else { exit(withError: error) }
    Terminal.note("thimble: \(error)")
    exit(withError: ExitCode.failure)
  }
}
