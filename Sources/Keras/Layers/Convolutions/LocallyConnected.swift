import Inference

extension LayerClass {
  /// Keras 2's convolutions whose kernel differs at each position; Keras 3 has none.
  static let locallyConnected: [String: LayerClass] = [
    "LocallyConnected2D": LayerClass(weights: kernelAndBias, build: buildLocallyConnected)
  ]
}

@Sendable private func buildLocallyConnected(_ layer: LayerCall, _ builder: inout GraphBuilder)
  throws(KerasError) -> Value
{
  let configuration = layer.configuration
  let window = try configuration.extent("kernel_size")
  let strides = try configuration.extent("strides", default: 1)
  let filters = try configuration.integer("filters")
  let isChannelsFirst = try configuration.isChannelsFirst()
  var input = try builder.channelsLast(layer.input(), layer)
  let channels = try builder.channels(input, layer)
  var bias = try layer.weights.optional("bias", [nil, nil, nil])
  if isChannelsFirst { bias = bias?.transposed([1, 2, 0]) }
  let kernel: Tensor
  let implementation = try configuration.integer("implementation", default: 1)
  switch implementation {
  case 1:
    guard case .valid = try configuration.border() else {
      throw configuration.error("padding", "\"valid\" with implementation 1")
    }
    kernel = try windowKernel(layer, window, channels, filters, isChannelsFirst)
  case 2, 3:
    let isSame = if case .same = try configuration.border() { true } else { false }
    let rows = try LocalAxis(builder.size(1, of: input, layer), window.height, strides.height, isSame, layer)
    let columns = try LocalAxis(builder.size(2, of: input, layer), window.width, strides.width, isSame, layer)
    let places = LocalPlaces(
      rows: rows, columns: columns, channels: channels, filters: filters, isChannelsFirst: isChannelsFirst)
    kernel = try implementation == 2 ? places.kernel(ofAll: layer) : places.kernel(ofPresent: layer)
    if rows.before + rows.after + columns.before + columns.after > 0 {
      input = try builder.add(
        .padding(
          before: [0, rows.before, columns.before, 0], after: [0, rows.after, columns.after, 0],
          mode: .constant(0)), [input], layer)
    }
  default: throw configuration.error("implementation", "1, 2 or 3")
  }
  let result = try builder.add(
    .locallyConnected(LocallyConnected(kernel: kernel, bias: bias, window: window, strides: strides)),
    [input],
    layer)
  return .tensor(try builder.channelsAsSaved(result, layer, activates: true))
}

/// Implementation 1: a matrix of `[window, filters]` for each position.
private func windowKernel(
  _ layer: LayerCall, _ window: Extent, _ channels: Int, _ filters: Int, _ isChannelsFirst: Bool
) throws(KerasError) -> Tensor {
  let kernel = try layer.weights.tensor("kernel", [nil, nil, filters])
  guard isChannelsFirst else { return kernel }
  // There the windows' channels stand first, and the bias has its filters first.
  guard let area = [window.height, window.width].checkedProduct, kernel.shape[1] / channels == area,
    kernel.shape[1] % channels == 0
  else {
    throw layer.error("its weight \"kernel\" has the shape \(kernel.shape.text), which does not fit")
  }
  return kernel.reshaped([kernel.shape[0], channels, area, filters])
    .transposed([0, 2, 1, 3]).reshaped(kernel.shape)
}

/// How windows lie along one axis.
private struct LocalAxis {
  let size: Int
  let window: Int
  let stride: Int
  /// How many windows there are.
  let count: Int
  /// What windows reach over the ends.
  let before: Int
  let after: Int

  init(_ size: Int, _ window: Int, _ stride: Int, _ isSame: Bool, _ layer: LayerCall) throws(KerasError) {
    // Larger windows would have more weights than the file.
    guard window > 0, stride > 0, window <= (isSame ? 2 * size : size) else {
      throw layer.error("windows of \(window) with strides of \(stride) do not fit \(size) entries")
    }
    self.size = size
    self.window = window
    self.stride = stride
    count = isSame ? (size - 1) / stride + 1 : (size - window) / stride + 1
    before = isSame ? window / 2 : 0
    after = max((count - 1) * stride - before + window - size, 0)
  }

  /// The entry that a window has at a place; nil: it is beyond the ends.
  func entry(_ index: Int, _ place: Int) -> Int? {
    let entry = index * stride + place - before
    return (0..<size).contains(entry) ? entry : nil
  }

  /// How many entries all windows have together.
  var total: Int {
    (0..<count).reduce(0) { $0 + min(size, $1 * stride + window - before) - max($1 * stride - before, 0) }
  }
}

/// Where the weights of implementations 2 and 3 belong.
private struct LocalPlaces {
  let rows: LocalAxis
  let columns: LocalAxis
  let channels: Int
  let filters: Int
  let isChannelsFirst: Bool

  /// Implementation 2: a weight for each pair of an input and an output, of which those within windows count.
  func kernel(ofAll layer: LayerCall) throws(KerasError) -> Tensor {
    let shape =
      isChannelsFirst
      ? [channels, rows.size, columns.size, filters, rows.count, columns.count]
      : [rows.size, columns.size, channels, rows.count, columns.count, filters]
    let stored = try layer.weights.tensor("kernel", shape)
    let ordered = isChannelsFirst ? stored.transposed([1, 2, 0, 4, 5, 3]) : stored
    let values = ordered.values
    let outputs = rows.count * columns.count
    return try tensor(layer) { memory in
      forEach { row, column, top, left, y, x in
        for channel in 0..<channels {
          let source =
            (((y * columns.size + x) * channels + channel) * outputs + row * columns.count + column) * filters
          let target = place(row, column, top, left, channel)
          for filter in 0..<filters { memory[target + filter] = values[source + filter] }
        }
      }
    }
  }

  /// Implementation 3: those weights alone, in the order of the outputs, and of the inputs of each.
  func kernel(ofPresent layer: LayerCall) throws(KerasError) -> Tensor {
    guard let count = [rows.total, columns.total, channels, filters].checkedProduct else {
      throw layer.error("it has too many weights")
    }
    let values = try layer.weights.tensor("kernel", [count]).values
    return try tensor(layer) { memory in
      var next = 0
      func take(_ row: Int, _ column: Int, _ filter: Int) {
        func take(_ channels: Range<Int>) {
          for top in 0..<rows.window where rows.entry(row, top) != nil {
            for left in 0..<columns.window where columns.entry(column, left) != nil {
              for channel in channels {
                memory[place(row, column, top, left, channel) + filter] = values[next]
                next += 1
              }
            }
          }
        }
        if isChannelsFirst {
          for channel in 0..<channels { take(channel..<channel + 1) }
        } else {
          take(0..<channels)
        }
      }
      for outer in 0..<(isChannelsFirst ? filters : 1) {
        for row in 0..<rows.count {
          for column in 0..<columns.count {
            for inner in 0..<(isChannelsFirst ? 1 : filters) {
              take(row, column, isChannelsFirst ? outer : inner)
            }
          }
        }
      }
    }
  }

  /// Where the weights of the filters for one entry of a window are.
  private func place(_ row: Int, _ column: Int, _ top: Int, _ left: Int, _ channel: Int) -> Int {
    let window = ((row * columns.count + column) * rows.window + top) * columns.window + left
    return (window * channels + channel) * filters
  }

  private func forEach(
    _ body: (_ row: Int, _ column: Int, _ top: Int, _ left: Int, _ y: Int, _ x: Int) -> Void
  ) {
    for row in 0..<rows.count {
      for column in 0..<columns.count {
        for top in 0..<rows.window {
          guard let y = rows.entry(row, top) else { continue }
          for left in 0..<columns.window {
            if let x = columns.entry(column, left) { body(row, column, top, left, y, x) }
          }
        }
      }
    }
  }

  /// The kernel as implementation 1 has it: 0 beyond the ends.
  private func tensor(_ layer: LayerCall, _ fill: (UnsafeMutableBufferPointer<Float>) -> Void)
    throws(KerasError) -> Tensor
  {
    let shape = [rows.count * columns.count, rows.window * columns.window * channels, filters]
    guard let count = shape.checkedProduct else { throw layer.error("it has too many weights") }
    return Tensor(
      shape: shape,
      storage: TensorStorage(count: count) { memory in
        memory.initialize(repeating: 0)
        fill(memory)
      })
  }
}
