import Glibc
import Inference

// Waves and masks by position, in keras-cv-attention-models.

extension Package {
  /// Pairs of channels turned by an angle for each position.
  static let rotaryEncoding = LayerClass { layer, builder throws(KerasError) in
    let input = try layer.input()
    let rank = builder.shape(input).count
    let hasToken = try layer.configuration.bool("with_cls_token", default: true)
    let tokens = hasToken ? 1 : 0
    let channels = try builder.channels(input, layer)
    guard rank >= 3, channels % 2 == 0 else {
      throw layer.error("its input needs an even number of channels")
    }
    let count = try builder.size(rank - 2, of: input, layer) - tokens
    var height = try layer.configuration.integer("attn_height", default: -1)
    if height == -1 { height = count.root }
    guard height > 0, count > 0, count % height == 0 else {
      throw layer.configuration.error("attn_height", "a height that divides \(count) positions")
    }
    let width = count / height
    let heads = try layer.configuration.integer("num_heads", default: -1)
    let filters = (heads > 0 ? channels / heads : channels) / 4
    guard filters > 0, filters * 4 * (heads > 0 ? heads : 1) == channels else {
      throw layer.configuration.error(
        "num_heads", "a number of heads of which each has a multiple of 4 channels")
    }
    let temperature = try layer.configuration.number("temperature", default: 1e4)
    let reference = try layer.configuration.integer("ref_feature_shape", default: 16)
    // As of the image size that the weights were trained for.
    let scale = reference > 0 ? Double(reference) / Double(height) : 1
    var (sines, cosines): ([Float], [Float]) = ([], [])
    for position in 0..<count {
      for channel in 0..<channels {
        let place = channel % (filters * 4) / 2
        let coordinate = Double(place < filters ? position / width : position % width) * scale
        let angle = coordinate / pow(temperature, Double(place % filters) / Double(filters))
        sines.append(Float(sin(angle)))
        cosines.append(Float(cos(angle)))
      }
    }
    let leading = Array(repeating: Slice.whole, count: rank - 2)
    func rows(_ range: Slice, _ builder: inout GraphBuilder) throws(KerasError) -> Graph.ValueID {
      try builder.add(.slice(leading + [range]), [input], layer)
    }
    let value = hasToken ? try rows(.range(begin: 1, end: nil, step: 1), &builder) : input
    func half(_ begin: Int, _ builder: inout GraphBuilder) throws(KerasError) -> Graph.ValueID {
      let slice = Slice.range(begin: begin, end: nil, step: 2)
      let part = try builder.add(.slice(leading + [.whole, slice]), [value], layer)
      return try builder.add(.slice(leading + [.whole, .whole, .newAxis]), [part], layer)
    }
    let right = try builder.apply(.negative, half(1, &builder), layer)
    let pairs = try builder.add(.concatenation(axis: -1), [right, half(0, &builder)], layer)
    let inner = try (1..<rank - 2).map { axis throws(KerasError) in
      try builder.size(axis, of: input, layer)
    }
    let turned = try builder.add(.reshape([Operation.keep] + inner + [count, channels]), [pairs], layer)
    func table(_ values: [Float], _ builder: inout GraphBuilder) -> Graph.ValueID {
      builder.constant(Tensor(shape: [count, channels], values), layer)
    }
    let result = try builder.apply(
      .add, builder.apply(.multiply, value, table(cosines, &builder), layer),
      builder.apply(.multiply, turned, table(sines, &builder), layer), layer)
    if !hasToken { return .tensor(result) }
    let token = try rows(.range(begin: 0, end: 1, step: 1), &builder)
    return .tensor(try builder.add(.concatenation(axis: rank - 2), [token, result], layer))
  }

  /// Waves along height and width, projected to the input's channels.
  static let fourierEncoding = LayerClass(weights: { _ in ["ww", "bb"] }) {
    layer, builder throws(KerasError) in
    let input = try layer.input()
    guard builder.shape(input).count == 4 else { throw layer.error("it takes images") }
    let (height, width) = (try builder.size(1, of: input, layer), try builder.size(2, of: input, layer))
    let channels = try builder.channels(input, layer)
    let filters = try layer.configuration.integer("filters", default: 32)
    guard filters > 0, filters % 2 == 0 else { throw layer.configuration.error("filters", "an even number") }
    let temperature = try layer.configuration.number("temperature", default: 1e4)
    let kernel = try layer.weights.tensor("ww", [filters * 2, channels])
    let bias = try layer.weights.tensor("bb", [channels])
    func waves(_ place: Int, _ size: Int) -> [Double] {
      let position = Double(place + 1) / (Double(size) + 1e-6) * 2 * .pi
      return (0..<filters).map { filter in
        let angle = position / pow(temperature, Double(2 * (filter / 2)) / Double(filters))
        return filter % 2 == 0 ? sin(angle) : cos(angle)
      }
    }
    var values: [Float] = []
    for y in 0..<height {
      for x in 0..<width {
        let encoding = waves(y, height) + waves(x, width)
        for channel in 0..<channels {
          let sum = encoding.enumerated().reduce(Double(bias.values[channel])) {
            $0 + $1.element * Double(kernel.values[$1.offset * channels + channel])
          }
          values.append(Float(sum))
        }
      }
    }
    let table = builder.constant(Tensor(shape: [height, width, channels], values), layer)
    return .tensor(try builder.apply(.add, input, table, layer))
  }

  /// Scores of windows that were shifted, lowered between what did not lie side by side.
  static let windowMask = LayerClass { layer, builder throws(KerasError) in
    let input = try layer.input()
    guard builder.shape(input).count == 4 else { throw layer.error("its input needs four axes") }
    let configuration = layer.configuration
    let sizes = [try configuration.integer("height"), try configuration.integer("width")]
    let windows = [try configuration.integer("window_height"), try configuration.integer("window_width")]
    let shifts = [
      try configuration.integer("shift_height", default: 0),
      try configuration.integer("shift_width", default: 0),
    ]
    let heads = try builder.size(1, of: input, layer)
    let count = try builder.size(2, of: input, layer)
    guard
      (0...1).allSatisfy({ axis in
        (1...1 << 12).contains(windows[axis]) && sizes[axis] % windows[axis] == 0
          && (0...windows[axis]).contains(shifts[axis]) && sizes[axis] <= 1 << 12 && sizes[axis] > 0
      }), windows[0] * windows[1] == count, try builder.size(3, of: input, layer) == count
    else { throw layer.error("its windows do not fit its input") }
    /// Which of the three parts of an axis a place is in.
    func part(_ place: Int, _ axis: Int) -> Int {
      place < sizes[axis] - windows[axis] ? 0 : place < sizes[axis] - shifts[axis] ? 1 : 2
    }
    let columns = sizes[1] / windows[1]
    let blocks = sizes[0] / windows[0] * columns
    var values: [Float] = []
    for block in 0..<blocks {
      let parts = (0..<count).map { position in
        part(block / columns * windows[0] + position / windows[1], 0) * 3
          + part(block % columns * windows[1] + position % windows[1], 1)
      }
      for query in parts { for key in parts { values.append(query == key ? 0 : -100) } }
    }
    let mask = builder.constant(Tensor(shape: [blocks, 1, count, count], values), layer)
    let grouped = try builder.add(.reshape([-1, blocks, heads, count, count]), [input], layer)
    let masked = try builder.apply(.add, grouped, mask, layer)
    return .tensor(try builder.add(.reshape([-1, heads, count, count]), [masked], layer))
  }
}
