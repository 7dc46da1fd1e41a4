/// What a model says of an image.
public struct Classification: Sendable, Equatable {
  public struct Label: Sendable, Equatable {
    public var label: String
    public var score: Float

    public init(label: String, score: Float) {
      self.label = label
      self.score = score
    }
  }

  /// The best first; empty where none reaches the threshold.
  public var labels: [Label]
  /// Milliseconds from the image's bytes to the model's input: decode, resize, preprocess.
  public var decodeMilliseconds: Double
  /// Milliseconds of the model itself.
  public var runMilliseconds: Double
}
