/// How an image of another shape fits the target. The raw values are the words of `thimble.json`.
public enum Fit: String, Sendable, CaseIterable {
  /// Width and height are scaled on their own, as `keras.utils.load_img` does.
  case stretch
  /// The largest centred part of the target's shape, in whole pixels: `load_img(keep_aspect_ratio=True)`, or, with one
  /// of tf.image's filters, `image_dataset_from_directory(crop_to_aspect_ratio=True)`.
  case crop
  /// The whole image, centred on black (all channels zero): `PIL.ImageOps.pad`, or, with one of tf.image's filters,
  /// `tf.image.resize_with_pad`, which `pad_to_aspect_ratio=True` calls.
  case pad
  /// The largest centred part of the target's shape, of which the first and last pixels may count in part:
  /// `PIL.ImageOps.fit`.
  case fit
}
