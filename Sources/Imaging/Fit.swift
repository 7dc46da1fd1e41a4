/// How an image of another shape fits the target. The raw values are the words of `thimble.json`.
public enum Fit: String, Sendable, CaseIterable {
  /// Width and height are scaled on their own, as `keras.utils.load_img` does.
  case stretch
  /// The largest centred part of the target's shape: `load_img(keep_aspect_ratio=True)`.
  case crop
  /// The whole image, centred on black (all channels zero): `PIL.ImageOps.pad`.
  case pad
}
