extension LayerClass {
  /// Layers of TensorFlow Addons, by the names under which the package registers them.
  static let addons: [String: LayerClass] = [
    "Addons>GroupNormalization": LayerClass(weights: groupNormalization.weights) {
      layer, builder throws(KerasError) in
      // Keras took the layer over, but for the default of `groups`, which files always have.
      _ = try layer.configuration.integer("groups")
      // Other axes from the end are mistaken there where a group has one channel.
      let axis = try layer.configuration.integer("axis")
      if axis < -1 { throw layer.configuration.error("axis", "-1 or an axis from the front") }
      return try groupNormalization.build(layer, &builder)
    }
  ]
}
