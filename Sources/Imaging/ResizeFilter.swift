/// How pixels are resampled. The raw values are the words of `thimble.json`.
public enum ResizeFilter: String, Sendable, CaseIterable {
  // Exactly Pillow's.
  case nearest, box, bilinear, hamming, bicubic, lanczos
  // Exactly tf.image.resize's with antialias=False: float32 results, not rounded.
  case tfNearest = "tf-nearest"
  case tfBilinear = "tf-bilinear"
  case tfBicubic = "tf-bicubic"
  case tfArea = "tf-area"
}

/// The part of an image to resize, in pixels; fractions are allowed.
public struct ResizeBox: Sendable, Equatable {
  public var left, top, right, bottom: Double

  public init(left: Double, top: Double, right: Double, bottom: Double) {
    self.left = left
    self.top = top
    self.right = right
    self.bottom = bottom
  }
}
