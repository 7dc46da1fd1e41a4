import ArgumentParser
import Classifier
import Foundation
import Imaging

/// How an image becomes a model's input: the words of `thimble.json`.
struct PipelineOptions: ParsableArguments {
  @Option(help: ArgumentHelp(InputConfiguration.Keys.pipeline.help, valueName: "program"))
  var pipeline: TrainingPipeline?

  @Option(help: ArgumentHelp(InputConfiguration.Keys.resize.help, valueName: "filter"))
  var resize: ResizeFilter?

  @Option(help: ArgumentHelp(InputConfiguration.Keys.fit.help, valueName: "fit"))
  var fit: Fit?

  @Option(help: ArgumentHelp(InputConfiguration.Keys.preprocess.help, valueName: "arithmetic"))
  var preprocess: Preprocess?

  @Flag(help: ArgumentHelp(InputConfiguration.Keys.exifOrientation.help))
  var exifOrientation = false

  @Option(help: ArgumentHelp(InputConfiguration.Keys.pillow.help, valueName: "version"))
  var pillow: PillowVersion?

  /// Whether any of them is.
  var isGiven: Bool {
    pipeline != nil || resize != nil || fit != nil || preprocess != nil || exifOrientation || pillow != nil
  }

  /// What they say of an input, with what else is said of it.
  func input(size: Size?, color: Color?) -> InputConfiguration {
    InputConfiguration(
      size: size.map { InputConfiguration.Size(height: $0.height, width: $0.width) }, pipeline: pipeline,
      preprocess: preprocess, resize: resize, fit: fit, color: color,
      exifOrientation: exifOrientation ? true : nil, pillow: pillow ?? .before13)
  }
}

/// A size as `HEIGHTxWIDTH`.
struct Size: ExpressibleByArgument {
  let height, width: Int

  init?(argument: String) {
    let parts = argument.lowercased().split(separator: "x", omittingEmptySubsequences: false)
    guard parts.count == 2, let height = Int(parts[0]), let width = Int(parts[1]), height > 0, width > 0
    else { return nil }
    (self.height, self.width) = (height, width)
  }
}

extension ResizeFilter: ExpressibleByArgument {}
extension Fit: ExpressibleByArgument {}
extension TrainingPipeline: ExpressibleByArgument {}
extension PillowVersion: ExpressibleByArgument {}
extension Color: ExpressibleByArgument {}

extension Preprocess: ExpressibleByArgument {
  public init?(argument: String) {
    if let named = Preprocess(name: argument) {
      self = named
      return
    }
    /// One number for all channels, or one a channel.
    enum Numbers: Decodable {
      case values([Float])

      init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let one = try? container.decode(Float.self) {
          self = .values([one])
        } else {
          self = .values(try container.decode([Float].self))
        }
      }
    }
    guard let parts = try? JSONDecoder().decode([String: Numbers].self, from: Data(argument.utf8)),
      parts.keys.allSatisfy({ $0 == "scale" || $0 == "offset" })
    else { return nil }
    func numbers(_ key: String, default value: Float) -> [Float] {
      if case .values(let numbers) = parts[key] { return numbers }
      return [value]
    }
    self = .affine(scale: numbers("scale", default: 1), offset: numbers("offset", default: 0))
  }
}
