/// How a model's own preprocessor resizes images before the model computes.
public struct ImageResizing: Sendable, Equatable {
  /// In pixels.
  public let height, width: Int
  /// As `keras.layers.Resizing` names it: `bilinear`, `nearest`, ...
  public let interpolation: String
  public let isAntialiased: Bool
  /// Whether what does not fit the target's shape is cut off on both sides.
  public let crops: Bool
  /// Whether zeros are put on both sides instead.
  public let pads: Bool

  public init(
    height: Int, width: Int, interpolation: String, isAntialiased: Bool = false, crops: Bool = false,
    pads: Bool = false
  ) {
    self.height = height
    self.width = width
    self.interpolation = interpolation
    self.isAntialiased = isAntialiased
    self.crops = crops
    self.pads = pads
  }
}
