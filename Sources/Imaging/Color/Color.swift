/// The channels that a model takes, in order. The raw values are the words of `thimble.json`.
public enum Color: String, Sendable, CaseIterable {
  case rgb, bgr, grayscale, rgba

  /// How many numbers a pixel becomes.
  public var channels: Int {
    switch self {
    case .grayscale: 1
    case .rgb, .bgr: 3
    case .rgba: 4
    }
  }
}
