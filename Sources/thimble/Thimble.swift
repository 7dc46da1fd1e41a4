import ArgumentParser

@main
struct Thimble: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "thimble", abstract: "Keras image classifiers on AWS Lambda.", subcommands: [Emulate.self])
}
