/// How pixels are resampled. The raw values are the words of `thimble.json`.
public enum ResizeFilter: String, Sendable, CaseIterable {
  // Exactly Pillow's.
  case nearest, box, bilinear, hamming, bicubic, lanczos
  // Exactly tf.image.resize's with antialias=False: float32 results, not rounded.
  case tfNearest = "tf-nearest"
  case tfBilinear = "tf-bilinear"
  case tfBicubic = "tf-bicubic"
  case tfArea = "tf-area"
  /// `cv2.resize`'s default, INTER_LINEAR.
  case cvLinear = "cv-linear"

  /// The weights behind one of Pillow's smooth filters; nil for the others.
  var kernel: ResampleKernel? {
    switch self {
    case .box: .box
    case .bilinear: .bilinear
    case .hamming: .hamming
    case .bicubic: .bicubic
    case .lanczos: .lanczos
    case .nearest, .tfNearest, .tfBilinear, .tfBicubic, .tfArea, .cvLinear: nil
    }
  }

  /// Whether this is one of tf.image's.
  var isTensorFlow: Bool {
    switch self {
    case .tfNearest, .tfBilinear, .tfBicubic, .tfArea: true
    default: false
    }
  }
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
