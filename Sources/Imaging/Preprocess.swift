/// The arithmetic from channel values (0...255) to a model's input, in float32.
public enum Preprocess: Sendable, Equatable {
  /// As they are.
  case none
  /// `x / 255`.
  case unit
  /// `x / 127.5 - 1`, `keras.applications.imagenet_utils.preprocess_input(mode="tf")`.
  case tf
  /// `x / 255`, then ImageNet's mean taken off and divided by its deviation; needs three channels.
  case torch
  /// RGB turned to BGR, ImageNet's mean taken off; needs three channels.
  case caffe
  /// `x * scale + offset`: one number for all channels or one a channel.
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
}
