/// The arithmetic from channel values (0...255; 0...65535 for 16-bit gray) to a model's input, in float32.
public enum Preprocess: Sendable, Equatable {
  /// As they are.
  case none
  /// `x / 255`.
  case unit
  /// `x / 127.5 - 1`: `keras.applications.imagenet_utils.preprocess_input(mode="tf")`.
  case tf
  /// `x / 255`, then ImageNet's mean taken off and divided by its deviation; for RGB.
  case torch
  /// RGB turned to BGR, ImageNet's mean taken off; for RGB.
  case caffe
  /// `x * scale + offset`: one number for all channels or one a channel, in the order of ``Color``.
  case affine(scale: [Float], offset: [Float])

  /// The preset that `thimble.json` names: none, unit, tf, torch or caffe.
  public init?(name: String) {
    switch name {
    case "none": self = .none
    case "unit": self = .unit
    case "tf": self = .tf
    case "torch": self = .torch
    case "caffe": self = .caffe
    default: return nil
    }
  }

  /// The names that ``init(name:)`` knows.
  public static let names = ["none", "unit", "tf", "torch", "caffe"]

  /// Throws when this cannot be done to such channels.
  func check(_ color: Color) throws(ImagingError) {
    switch self {
    case .none, .unit, .tf: return
    case .torch, .caffe:
      guard color != .rgb else { return }
      let why = self == .caffe && color == .bgr ? "it turns RGB into BGR itself" : "its means are for RGB"
      throw ImagingError(
        .invalidRequest,
        "preprocess \(self == .caffe ? "caffe" : "torch") needs color rgb, not \(color.rawValue): \(why)")
    case .affine(let scale, let offset):
      for (name, values) in [("scale", scale), ("offset", offset)] {
        guard values.count == 1 || values.count == color.channels else {
          throw ImagingError(
            .invalidRequest,
            "preprocess \(name) has \(values.count) numbers; color \(color.rawValue) needs 1 or \(color.channels)"
          )
        }
      }
    }
  }

  /// The preprocessed value of the given output channel. Each step rounds to float32, in NumPy's order.
  func callAsFunction(_ value: Float, channel: Int) -> Float {
    switch self {
    case .none: value
    case .unit: value / 255
    case .tf: value / 127.5 - 1
    case .torch: (value / 255 - Self.torchMean[channel]) / Self.torchDeviation[channel]
    case .caffe: value - Self.caffeMean[channel]
    case .affine(let scale, let offset):
      value * scale[scale.count == 1 ? 0 : channel] + offset[offset.count == 1 ? 0 : channel]
    }
  }

  /// ImageNet's red, green and blue, of 0...1.
  private static let torchMean: [Float] = [0.485, 0.456, 0.406]
  private static let torchDeviation: [Float] = [0.229, 0.224, 0.225]
  /// ImageNet's blue, green and red, of 0...255.
  private static let caffeMean: [Float] = [103.939, 116.779, 123.68]
}
