/// Which part of an image goes to which part of the target, in pixels.
struct Placement: Equatable {
  /// The part of the image that is used.
  var box: ResizeBox
  /// Where it goes; the rest of the target stays empty.
  var x = 0
  var y = 0
  var width: Int
  var height: Int

  /// All of the image onto all of the target.
  private init(_ image: (width: Int, height: Int), onto target: (width: Int, height: Int)) {
    box = ResizeBox(width: image.width, height: image.height)
    (width, height) = target
  }

  /// As Keras' `load_img` and Pillow's ImageOps place it.
  init(_ fit: Fit, of image: (width: Int, height: Int), onto target: (width: Int, height: Int)) {
    self.init(image, onto: target)
    if image == target { return }
    let shape = Double(image.width) / Double(image.height)
    let targetShape = Double(target.width) / Double(target.height)
    switch fit {
    case .stretch:
      break
    case .crop:
      cut(
        image, width: min(image.width, image.height * target.width / target.height),
        height: min(image.height, image.width * target.height / target.width))
    case .fit:
      if shape > targetShape {
        let width = targetShape * Double(image.height)
        box.left = (Double(image.width) - width) * 0.5
        box.right = box.left + width
      } else if shape < targetShape {
        let height = Double(image.width) / targetShape
        box.top = (Double(image.height) - height) * 0.5
        box.bottom = box.top + height
      }
    case .pad:
      // Python's round() takes halves to the even neighbour. Where a sliver would vanish, Pillow fails;
      // here it keeps one pixel.
      if shape > targetShape {
        height = max(
          Int(
            (Double(image.height) / Double(image.width) * Double(target.width)).rounded(.toNearestOrEven)), 1)
      } else if shape < targetShape {
        width = max(Int((shape * Double(target.height)).rounded(.toNearestOrEven)), 1)
      }
      x = Int((Double(target.width - width) * 0.5).rounded(.toNearestOrEven))
      y = Int((Double(target.height - height) * 0.5).rounded(.toNearestOrEven))
    }
  }

  /// As a `tf.data` pipeline places it: Keras' `smart_resize` crops, `tf.image.resize_with_pad` pads. Both compute in
  /// float32 and cut off, which may lose a pixel. Nothing remains of a sliver: width or height is then 0.
  init(asTensorFlow fit: Fit, of image: (width: Int, height: Int), onto target: (width: Int, height: Int)) {
    self.init(image, onto: target)
    switch fit {
    case .stretch, .fit:
      break
    case .crop:
      cut(
        image,
        width: max(min(image.width, Int(Float(image.height * target.width) / Float(target.height))), 1),
        height: max(min(image.height, Int(Float(image.width * target.height) / Float(target.width))), 1))
    case .pad:
      let ratio = max(
        Float(image.width) / Float(target.width), Float(image.height) / Float(target.height))
      let (scaledWidth, scaledHeight) = (Float(image.width) / ratio, Float(image.height) / ratio)
      (width, height) = (Int(scaledWidth), Int(scaledHeight))
      x = max(Int(((Float(target.width) - scaledWidth) / 2).rounded(.down)), 0)
      y = max(Int(((Float(target.height) - scaledHeight) / 2).rounded(.down)), 0)
    }
  }

  /// Takes so many pixels out of the middle.
  private mutating func cut(_ image: (width: Int, height: Int), width: Int, height: Int) {
    let (left, top) = ((image.width - width) / 2, (image.height - height) / 2)
    box = ResizeBox(
      left: Double(left), top: Double(top), right: Double(left + width), bottom: Double(top + height))
  }
}
