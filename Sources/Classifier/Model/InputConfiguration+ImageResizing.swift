import Imaging
import Keras

extension InputConfiguration {
  /// With what the model's own preprocessor does to images, wherever nothing else is set. A pipeline sets everything.
  func completed(by resizing: ImageResizing?) -> InputConfiguration {
    if pipeline != nil { return self }
    var input = self
    input.resize = input.resize ?? resizing?.filter
    input.fit = input.fit ?? resizing?.fit
    return input
  }
}

extension ImageResizing {
  /// The filter that gives the same numbers; nil if no filter does.
  var filter: ResizeFilter? { isAntialiased ? nil : ResizeFilter(rawValue: "tf-" + interpolation) }

  /// nil: zeros are added before the image is resized, which no ``Fit`` does.
  var fit: Fit? { pads ? nil : crops ? .crop : .stretch }

  /// What it does, for notes and warnings.
  var text: String {
    let how = crops ? " and crops them" : pads ? " with black on two sides" : ""
    return "its preprocessor resizes images by \(isAntialiased ? "antialiased " : "")\(interpolation)\(how)"
  }

  /// What to write in a configuration.
  var advice: String {
    guard let filter, let fit else {
      return
        "no input.resize and input.fit give the same numbers, \(isAntialiased ? "bilinear" : "tf-bilinear") and "
        + "\(pads ? "pad" : "crop") come near"
    }
    return "input.resize \(filter.rawValue) and input.fit \(fit.rawValue), which are the defaults for it"
  }
}
