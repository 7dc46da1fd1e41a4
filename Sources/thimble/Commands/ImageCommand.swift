import ArgumentParser
import Foundation
import Imaging

/// `thimble image`: what a model is given for an image.
struct ImageCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "image", _superCommandName: "thimble",
    abstract: "Turn an image into a model's input, exactly as Keras does with Pillow.",
    discussion: """
      Reads PNG, JPEG, BMP and PNM, recognised by their content. Writes float32 of the shape 1 x height x width x channels, \
      to be read by `thimble predict` or by numpy.

      Examples:
        thimble image photo.jpg --size 224x224 --preprocess tf --output x.npy
        thimble image photo.jpg --size 227x227 --color bgr --resize bilinear \\
          --preprocess '{"offset": [-104.006, -116.669, -122.679]}' --output x.npy
        thimble predict model.h5 --input x.npy
      """)

  @Argument(help: "The image file.")
  var image: String

  @Option(help: ArgumentHelp("Height and width of the result.", valueName: "HxW"))
  var size: Size

  @Option(help: ArgumentHelp("The channels, in order.", valueName: "color"))
  var color: Color?

  @OptionGroup var options: PipelineOptions

  @Option(name: .shortAndLong, help: ArgumentHelp("The .npy file to write.", valueName: "file"))
  var output: String

  private var pipeline: ImagePipeline {
    options.input(size: size, color: color).pipeline(height: size.height, width: size.width)
  }

  func validate() throws {
    do {
      try pipeline.validate()
    } catch {
      throw ValidationError("\(error).")
    }
  }

  func run() throws {
    let values = try Progress.during("reading \(image)") { _ in
      let bytes = try InputFile.contents(image)
      do {
        return try bytes.withUnsafeBytes { try pipeline.load($0) }
      } catch {
        throw Failure(image, "\(error)")
      }
    }
    let shape = [1, size.height, size.width, pipeline.color.channels]
    try values.withUnsafeBufferPointer { try ArrayFile.write(shape: shape, $0, to: output) }
  }
}
