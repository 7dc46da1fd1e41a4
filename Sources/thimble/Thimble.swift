import ArgumentParser
import Inference

@main
struct Thimble: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "thimble",
    abstract: "Keras image classifiers on AWS Lambda: look into models, check them, run them here.",
    discussion: """
      Results go to stdout, everything else to stderr. Exit codes: 0 done, 1 the answer is no or the work \
      failed, 64 wrong usage. `thimble help COMMAND` shows options and examples.
      """,
    subcommands: [
      Inspect.self, Predict.self, Verify.self, Classify.self, ImageCommand.self, Bench.self, Check.self,
      Emulate.self,
    ])

  static func main() async {
    do {
      var command = try await asyncParseAsRoot()
      guard CPU.missingInstructions.isEmpty else {
        let missing = CPU.missingInstructions.joined(separator: " and ")
        throw Failure("this processor lacks \(missing), which all arithmetic here needs")
      }
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch let error where exitCode(for: error) == .failure && !(error is ExitCode) {
      Terminal.note("thimble: \(error)")
      exit(withError: ExitCode.failure)
    } catch {
      exit(withError: error)
    }
  }
}
