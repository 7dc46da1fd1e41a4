/// How an image of another shape fits the target. The raw values are the words of `thimble.json`.
public enum Fit: String, Sendable, CaseIterable {
  /// Width and height are scaled on their own, as `keras.utils.load_img` does.
  case stretch
  /// The largest centred part of the target's shape: `load_img(keep_aspect_ratio=True)`.
  case crop
  /// The whole image, centred on black (all channels zero): `PIL.ImageOps.pad`.
  case pad
}

/// Which part of an image goes to which part of the target, in pixels.
struct Placement: Equatable {
  /// The part of the image that is used.
  var left, top, right, bottom: Int
  /// Where it goes; the rest of the target stays empty.
  var x, y, width, height: Int

  var box: ResizeBox {
    ResizeBox(left: Double(left), top: Double(top), right: Double(right), bottom: Double(bottom))
  }

  init(_ fit: Fit, imageWidth: Int, imageHeight: Int, width: Int, height: Int) {
    (left, top, right, bottom) = (0, 0, imageWidth, imageHeight)
    (x, y) = (0, 0)
    (self.width, self.height) = (width, height)
    if imageWidth == width && imageHeight == height { return }
    switch fit {
    case .stretch:
      break
    case .crop:
      let cropWidth = min(imageWidth, imageHeight * width / height)
      let cropHeight = min(imageHeight, imageWidth * height / width)
      left = (imageWidth - cropWidth) / 2
      top = (imageHeight - cropHeight) / 2
      right = left + cropWidth
      bottom = top + cropHeight
    case .pad:
      let shape = Double(imageWidth) / Double(imageHeight)
      let target = Double(width) / Double(height)
      // Python's round() takes halves to the even neighbour. Where a sliver would vanish, Pillow fails;
      // here it keeps one pixel.
      if shape > target {
        self.height = max(
          Int((Double(imageHeight) / Double(imageWidth) * Double(width)).rounded(.toNearestOrEven)), 1)
      } else if shape < target {
        self.width = max(Int((shape * Double(height)).rounded(.toNearestOrEven)), 1)
      }
      x = Int((Double(width - self.width) * 0.5).rounded(.toNearestOrEven))
      y = Int((Double(height - self.height) * 0.5).rounded(.toNearestOrEven))
    }
  }
}
