import Imaging
import Inference

/// How a model takes an image.
struct InputFormat: Equatable {
  let pipeline: ImagePipeline
  /// The plan's input shape, batch included.
  let shape: [Int]
  /// Whether a channel's values lie together: the model's input is `[batch, channels, height, width]`.
  let isChannelsFirst: Bool

  /// Fits a configuration to a model's input.
  /// - Parameter shape: as the model has it, unknown sizes nil.
  /// - Throws: when they contradict each other, or leave the size open.
  init(_ shape: Shape, _ input: InputConfiguration, limits: ImageLimits) throws(ClassifierError) {
    func failure(_ reason: String) -> ClassifierError { ClassifierError(.configuration, reason: reason) }
    // Gray images may come without an axis for the channel.
    guard shape.count == 3 || shape.count == 4 else {
      let text = shape.map { $0.map(String.init) ?? "?" }.joined(separator: "x")
      throw failure("its input is \(text), which is not an image (batch x height x width x channels)")
    }
    let axes = Array(shape.dropFirst())
    let possible = Color.allCases.map(\.channels)
    isChannelsFirst =
      axes.count == 3 && axes[2].map { !possible.contains($0) } ?? true
      && axes[0].map { possible.contains($0) } ?? false
    let channels = axes.count == 2 ? 1 : isChannelsFirst ? axes[0] : axes[2]
    let modelHeight = isChannelsFirst ? axes[1] : axes[0]
    let modelWidth = isChannelsFirst ? axes[2] : axes[1]

    guard let color = input.color(channels: channels) else {
      throw failure("the model takes \(channels ?? 0) channels; images have 1, 3 or 4")
    }
    if let channels, channels != color.channels {
      throw failure(
        "input.color \(color.rawValue) has \(color.channels) channels, the model takes \(channels)")
    }
    if let size = input.size {
      guard modelHeight ?? size.height == size.height, modelWidth ?? size.width == size.width else {
        let own = [modelHeight, modelWidth].map { $0.map(String.init) ?? "any" }.joined(separator: "x")
        throw failure("input.size is \(size.height)x\(size.width), but the model takes \(own)")
      }
    }
    guard let height = input.size?.height ?? modelHeight, let width = input.size?.width ?? modelWidth else {
      throw failure("the model takes images of any size: say which in input.size, e.g. [224, 224]")
    }
    pipeline = input.pipeline(height: height, width: width, color: color, limits: limits)
    do throws(ImagingError) {
      try pipeline.validate()
    } catch {
      throw failure("input: \(error.reason)")
    }
    let sizes =
      axes.count == 2
      ? [height, width]
      : isChannelsFirst ? [color.channels, height, width] : [height, width, color.channels]
    self.shape = [1] + sizes
  }

  /// Writes an image's numbers, channels last, to a model's input as it wants them.
  func arrange(_ values: UnsafeBufferPointer<Float>, into input: UnsafeMutableBufferPointer<Float>) {
    let channels = pipeline.color.channels
    let pixels = pipeline.height * pipeline.width
    guard isChannelsFirst else {
      _ = input.update(from: values)
      return
    }
    for pixel in 0..<pixels {
      for channel in 0..<channels { input[channel * pixels + pixel] = values[pixel * channels + channel] }
    }
  }
}
