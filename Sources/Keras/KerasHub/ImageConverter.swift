import JSON

/// What a classifier of KerasHub does to images before it computes: its `ImageConverter`.
/// https://github.com/keras-team/keras-hub/blob/master/keras_hub/src/layers/preprocessing/image_converter.py
struct ImageConverter {
  let resizing: ImageResizing?
  /// A factor for all channels, or one a channel; then what is added. null: none.
  let scale, offset: JSONValue

  /// - Parameter classifier: the arguments of the classifier.
  /// - Returns: nil where it has none.
  init?(_ classifier: HubArguments) throws(KerasError) {
    let preprocessor = classifier.configuration["preprocessor"]
    guard let object = preprocessor?["config"]?["image_converter"], let config = object["config"] else {
      return nil
    }
    let identity = LayerIdentity(
      file: classifier.configuration.identity.file, path: config["name"]?.string ?? "image_converter",
      className: object["class_name"]?.string ?? "ImageConverter")
    let arguments = try HubArguments(
      LayerConfiguration(
        identity: identity, version: classifier.configuration.version, values: config.object ?? JSONObject()),
      known: [
        "image_size", "scale", "offset", "interpolation", "antialias", "crop_to_aspect_ratio",
        "pad_to_aspect_ratio", "bounding_box_format",
      ])
    scale = config["scale"]?.unwrapped ?? .null
    offset = config["offset"]?.unwrapped ?? .null
    for (key, value) in [("scale", scale), ("offset", offset)] where !value.isNull {
      if value.flattenedNumbers == nil { throw arguments.error(key, "a number, or one for each channel") }
    }
    guard arguments.has("image_size") else {
      resizing = nil
      return
    }
    let size = try arguments.integers("image_size")
    guard size.count == 2, size.allSatisfy({ $0 > 0 }) else {
      throw arguments.error("image_size", "a height and a width")
    }
    resizing = ImageResizing(
      height: size[0], width: size[1],
      interpolation: try arguments.configuration.string("interpolation", default: "bilinear"),
      isAntialiased: try arguments.bool("antialias", default: false),
      crops: try arguments.bool("crop_to_aspect_ratio", default: true),
      pads: try arguments.bool("pad_to_aspect_ratio", default: false))
  }

  /// Drafts its arithmetic.
  func draft(_ model: inout FunctionalDraft, _ image: TensorReference) -> TensorReference {
    if scale.isNull, offset.isNull { return image }
    return model.layer(
      "Rescaling", nil, ["scale": scale.isNull ? .integer(1) : scale, "offset": offset], image)
  }
}
