import JSON

/// The classes and keys of Keras 1 by their names in Keras 2.
enum Keras1 {
  /// Whether a model's configuration, whose file names no version, uses names that only Keras 1 had.
  static func wrote(_ configuration: JSONValue) -> Bool {
    let layers = configuration["config"]?["layers"]?.array ?? configuration["config"]?.array ?? []
    return layers.contains { layer in
      guard let className = layer["class_name"]?.string, let config = layer["config"] else { return false }
      if classes[className] != nil || className == "Merge" { return true }
      if className == "Sequential" || className == "Model" { return wrote(layer) }
      return ["nb_filter", "border_mode", "dim_ordering", "inner_activation"].contains { config[$0] != nil }
        || className == "Dense" && config["output_dim"] != nil
    }
  }

  /// A layer's class and configuration as Keras 2 has them; unchanged where there is nothing to rename.
  static func translate(_ className: String, _ config: JSONValue) -> (className: String, config: JSONValue) {
    guard var object = config.object else { return (className, config) }
    let name = className == "Merge" ? merging(object) : classes[className] ?? className
    let keys = keys(of: name)
    for index in object.members.indices {
      let key = object.members[index].name
      object.members[index].name = keys[key] ?? key
    }
    func set(_ key: String, _ value: JSONValue?) {
      if let value { object.members.append(JSONObject.Member(name: key, value: value)) }
    }
    switch object["data_format"]?.string {
    case "th": set("data_format", "channels_first")
    case "tf": set("data_format", "channels_last")
    default: break
    }
    switch name {
    case "Conv2D", "SeparableConv2D", "LocallyConnected2D", "Conv2DTranspose":
      if let rows = object["nb_row"], let columns = object["nb_col"] { set("kernel_size", [rows, columns]) }
    // Borders of all four sides came as a list, or by name.
    case "ZeroPadding2D":
      if let sides = object["padding"]?.array, sides.count == 4 {
        set("padding", [[sides[0], sides[1]], [sides[2], sides[3]]])
      } else if let sides = object["padding"]?.object {
        func side(_ key: String) -> JSONValue { sides[key] ?? .integer(0) }
        set("padding", [[side("top_pad"), side("bottom_pad")], [side("left_pad"), side("right_pad")]])
      }
    case "ZeroPadding1D":
      if let sides = object["padding"]?.object {
        set("padding", [sides["left_pad"] ?? .integer(0), sides["right_pad"] ?? .integer(0)])
      }
    case "Concatenate": set("axis", object["concat_axis"])
    case "Dot":
      set("axes", object["dot_axes"])
      set("normalize", .bool(object["mode"]?.string == "cos"))
    default: break
    }
    return (name, .object(object))
  }

  private static let classes = [
    "Convolution1D": "Conv1D", "Convolution2D": "Conv2D", "AtrousConvolution1D": "Conv1D",
    "AtrousConvolution2D": "Conv2D", "AtrousConv1D": "Conv1D", "AtrousConv2D": "Conv2D",
    "SeparableConvolution2D": "SeparableConv2D", "Deconvolution2D": "Conv2DTranspose",
  ]

  /// The layer that a `Merge` of a mode became.
  private static func merging(_ config: JSONObject) -> String {
    switch config["mode"]?.string {
    case "sum": "Add"
    case "mul": "Multiply"
    case "ave": "Average"
    case "max": "Maximum"
    case "concat": "Concatenate"
    case "dot", "cos": "Dot"
    // A function, which is code.
    default: "Merge"
    }
  }

  /// The keys that were renamed in layers of a class (by its name in Keras 2).
  private static func keys(of className: String) -> [String: String] {
    var keys = [
      "nb_filter": "filters", "border_mode": "padding", "dim_ordering": "data_format", "subsample": "strides",
      "bias": "use_bias", "filter_length": "kernel_size", "subsample_length": "strides",
      "atrous_rate": "dilation_rate", "pool_length": "pool_size", "stride": "strides", "p": "rate",
      "sigma": "stddev", "inner_activation": "recurrent_activation",
    ]
    switch className {
    case "Dense", "SimpleRNN", "LSTM", "GRU": keys["output_dim"] = "units"
    case "UpSampling1D": keys["length"] = "size"
    default: break
    }
    return keys
  }
}
