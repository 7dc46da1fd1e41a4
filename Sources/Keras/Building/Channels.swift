import Inference

// Keras can keep the channels of an image first; the engine's images are channels last.

extension LayerConfiguration {
  /// Whether `data_format` says channels first.
  func isChannelsFirst() throws(KerasError) -> Bool {
    switch try string("data_format", default: "channels_last") {
    case "channels_last": return false
    case "channels_first": return true
    default: throw error("data_format", "\"channels_last\" or \"channels_first\"")
    }
  }
}

extension GraphBuilder {
  /// A layer's input with its channels last, whatever the layer's `data_format`.
  mutating func channelsLast(_ value: Graph.ValueID, _ layer: LayerCall) throws(KerasError) -> Graph.ValueID {
    guard try layer.configuration.isChannelsFirst() else { return value }
    let rank = shape(value).count
    if rank < 3 { return value }
    return try add(.transpose([0] + (2..<rank) + [1]), [value], layer)
  }

  /// A layer's result in the order of axes of its `data_format`, given with channels last.
  /// - Parameter activates: whether the layer's `activation` is applied as well: Keras applies it to the
  ///   result in its own order, which makes a difference for a softmax along the last axis.
  mutating func channelsAsSaved(_ value: Graph.ValueID, _ layer: LayerCall, activates: Bool = false)
    throws(KerasError) -> Graph.ValueID
  {
    var result = value
    let rank = shape(value).count
    if try layer.configuration.isChannelsFirst(), rank >= 3 {
      result = try add(.transpose([0, rank - 1] + (1..<rank - 1)), [value], layer)
    }
    return activates ? try activate(result, layer) : result
  }

  /// How many channels a channels-last value has.
  func channels(_ value: Graph.ValueID, _ layer: LayerCall, groups: Int = 1) throws(KerasError) -> Int {
    guard let last = shape(value).last, let channels = last else {
      throw layer.error("its input has an unknown number of channels, the shape is \(shape(value).text)")
    }
    if groups < 1 || channels % groups != 0 {
      throw layer.error("\(channels) channels do not divide into \(groups) groups")
    }
    return channels
  }
}
