import ArgumentParser
import Emulator
import Foundation

/// `thimble emulate`: Lambda and S3 on this machine.
struct Emulate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "emulate",
    abstract: "Run Lambda and S3 on this machine: uploads into a folder's bucket invoke the function.",
    discussion: """
      Examples:
        thimble emulate --function .build/function --bucket images=photos --bucket models=models
        aws s3 cp photo.jpg s3://images/ --endpoint-url http://127.0.0.1:9000
        aws lambda invoke --function-name thimble --payload fileb://event.json answer.json \\
            --endpoint-url http://127.0.0.1:9000
      """)

  @Option(help: ArgumentHelp("The function's code: a folder or a zip.", valueName: "dir-or-zip"))
  var function: String?

  func run() async throws {
    var options = EmulatorOptions()
    options.function = function
    _ = try await Emulator(options: options).start()
  }
}
