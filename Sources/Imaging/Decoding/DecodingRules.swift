/// Whose choices decoding follows where programs differ.
struct DecodingRules: Equatable {
  enum Program: String {
    /// `PIL.Image.open`: the mode is the file's, whatever is wanted.
    case pillow = "Pillow"
    /// `tf.io.decode_image(channels:)`, which `tf.data` pipelines use. JPEG's transform is the fast one.
    case tensorFlow = "TensorFlow"
    /// `cv2.imread`.
    case openCV = "OpenCV"
  }

  let program: Program
  /// The wanted channels: 1 for gray, 3, or 4 with alpha.
  let channels: Int

  static let pillow = DecodingRules(program: .pillow, channels: 3)

  init(program: Program, channels: Int) {
    self.program = program
    self.channels = channels
  }

  /// Those of the program that resizes with that filter.
  init(_ filter: ResizeFilter, _ color: Color) {
    self.init(
      program: filter.isTensorFlow ? .tensorFlow : filter == .cvLinear ? .openCV : .pillow,
      channels: color.channels)
  }

  /// What every file is read as; nil: as what it is.
  var mode: ImageMode? {
    program == .pillow ? nil : channels == 1 ? .gray : channels == 4 ? .rgba : .rgb
  }

  /// Says that the program refuses such a file, or would misread it.
  func refusal(_ file: String) -> ImagingError {
    ImagingError(
      .unsupportedFormat,
      "\(program.rawValue), which input.resize names, does not read \(file) as \(channels) channels")
  }
}
