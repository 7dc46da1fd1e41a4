import ArgumentParser
import Foundation
import Inference
import Keras

/// `thimble bench`: how fast a model is on this machine.
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", _superCommandName: "thimble",
    abstract: "Measure loading, the first run and warm runs of a model.",
    discussion: """
      The peak is what this processor's cores reach in products added up in registers, measured now. FLOPs \
      are counted by the direct algorithm, so a faster one (Winograd) can exceed the peak. In a profile \
      "conv +2" is a step that does the work of two further layers. Only a quiet machine gives figures that \
      mean something.

      Examples:
        thimble bench model.h5
        thimble bench model.h5 --threads 1 --seconds 10 --profile
        thimble bench model.keras --shape 8x224x224x3 --json
      """)

  @OptionGroup var model: ModelOptions
  @OptionGroup var shapes: ShapeOptions
  @OptionGroup var threading: ThreadOptions

  @Option(help: ArgumentHelp("How long warm runs go on.", valueName: "s"))
  var seconds = 2.0

  @Flag(help: "Measure each step as well: its kernel, time, speed and bytes.")
  var profile = false

  @Flag(help: "Print one JSON document.")
  var json = false

  func validate() throws {
    guard seconds > 0, seconds < 86_400 else {
      throw ValidationError("--seconds is a number above 0.")
    }
  }

  func run() throws {
    let measurement = try Progress.during("loading \(model.model)") { progress in
      let clock = ContinuousClock()
      let start = clock.now
      let workers = Workers(count: threading.threads)
      let model = try model.load(workers)
      let plan = try model.compile(try shapes.shapes(for: model), workers)
      let load = clock.now - start
      progress.now("running \(model.path)")
      var measurement = Measurement(model, plan, threads: threading.threads, load: load)
      measurement.runWarm(plan, seconds: seconds)
      if profile { measurement.profile(plan, seconds: seconds) }
      return measurement
    }
    if json {
      try JSONOutput.print(measurement)
    } else {
      Terminal.show(measurement.text)
    }
  }
}
