import JSON

// https://github.com/keras-team/keras-hub/blob/master/keras_hub/src/models/swin_transformer/swin_transformer_layers.py

extension HubClass {
  static let swinTransformer = HubClass(arguments: [
    "image_shape", "patch_size", "embed_dim", "depths", "num_heads", "window_size", "mlp_ratio", "qkv_bias",
    "dropout_rate", "attention_dropout", "drop_path", "patch_norm",
  ]) { arguments, model throws(KerasError) in
    let grid = try PatchGrid(arguments)
    let width = try arguments.integer("embed_dim")
    let normalizes = try arguments.bool("patch_norm", default: true)
    let depths = try arguments.repeats("depths")
    let heads = try arguments.integers("num_heads")
    _ = try arguments.count([("depths", depths.count), ("num_heads", heads.count)])
    let window = try arguments.integer("window_size")
    guard (1...64).contains(window) else {
      throw arguments.error("window_size", "a whole number from 1 to 64")
    }
    guard depths.count <= 16, grid.rows * grid.columns <= 1 << 16 else {
      throw arguments.error("image_shape", "that of an image of fewer patches")
    }
    for (index, heads) in heads.enumerated() where heads < 1 || (width << index) % heads != 0 {
      throw arguments.error("num_heads", "whole numbers that divide each stage's width")
    }
    let ratio = try arguments.configuration.number("mlp_ratio", default: 4)
    let hasBias = try arguments.bool("qkv_bias", default: true)

    let image = model.input(try arguments.imageShape())
    var x = model.block("PatchEmbedding", "patch_embedding", image) { block, image in
      let x = block.patches("proj", image, grid, width: width).tensor
      return normalizes ? block.layerNormalization("norm", x, epsilon: 1e-5) : x
    }
    x = model.layer("Dropout", "pos_drop", [:], x)
    var (rows, columns) = (grid.rows, grid.columns)
    for (index, depth) in depths.enumerated() {
      let isLast = index == depths.count - 1
      guard isLast || rows % 2 == 0 && columns % 2 == 0, rows > 0, columns > 0 else {
        throw arguments.error("image_shape", "that of an image that every stage can halve")
      }
      let width = width << index
      let block = SwinBlock(
        rows: rows, columns: columns, width: width, heads: heads[index], window: window,
        hidden: try arguments.rounded(Double(width) * ratio, "mlp_ratio"), hasBias: hasBias)
      x = model.block("SwinTransformerStage", "stage_\(index)", x) { stage, x in
        var x = x
        for number in 0..<depth {
          let place = FunctionalDraft.element(of: "blocks", "SwinTransformerBlock", number)
          x = block.draft(&stage, place, "blocks_\(number)", x, isShifted: number % 2 == 1)
        }
        return isLast ? x : block.merge(&stage, x)
      }
      if !isLast { (rows, columns) = (rows / 2, columns / 2) }
    }
    return [("", model.layerNormalization("norm", x, epsilon: 1e-5))]
  }
}

extension HubHead {
  /// https://github.com/keras-team/keras-hub/blob/master/keras_hub/src/models/swin_transformer/swin_transformer_image_classifier.py
  static let swinTransformer = HubHead(arguments: ["num_classes", "pooling", "activation", "dropout"]) {
    arguments, _, features, model throws(KerasError) in
    let x = model.mean(features[0], axes: [1])
    return try model.predictions(model.layer("Dropout", "output_dropout", [:], x), arguments)
  }
}

/// A block of attention within windows of a map.
private struct SwinBlock {
  let rows, columns, width, heads, hidden: Int
  private let hasBias: Bool
  private let window: Int
  /// By how much the windows of every second block lie lower and further right.
  private let shift: Int
  /// The map with what fills its last windows.
  private let fullRows, fullColumns: Int

  init(rows: Int, columns: Int, width: Int, heads: Int, window: Int, hidden: Int, hasBias: Bool) {
    self.rows = rows
    self.columns = columns
    self.width = width
    self.heads = heads
    self.hidden = hidden
    self.hasBias = hasBias
    let fits = min(rows, columns) > window
    self.window = fits ? window : min(rows, columns)
    shift = fits ? window / 2 : 0
    fullRows = (rows + self.window - 1) / self.window * self.window
    fullColumns = (columns + self.window - 1) / self.window * self.window
  }

  private var area: Int { window * window }
  private var windows: Int { fullRows * fullColumns / area }

  func draft(
    _ stage: inout FunctionalDraft, _ place: String, _ name: String, _ input: TensorReference,
    isShifted: Bool
  ) -> TensorReference {
    let shift = isShifted ? self.shift : 0
    return stage.block("SwinTransformerBlock", place, savedName: name, input) { block, input in
      var x = block.layerNormalization("norm1", input, epsilon: 1e-5)
      x = block.reshape(x, [-1, rows, columns, width])
      if shift > 0 { x = block.roll(x, by: -shift) }
      x = attended(&block, windowed(&block, x), shift: shift)
      x = block.reshape(
        x, [-1, fullRows / window, fullColumns / window, window, window, width])
      x = block.reshape(block.transpose(x, [0, 1, 3, 2, 4, 5]), [-1, fullRows, fullColumns, width])
      if shift > 0 { x = block.roll(x, by: shift) }
      if fullRows > rows || fullColumns > columns {
        let whole = JSONValue.slice(nil, nil)
        x = block.operation(
          "GetItem", [:], .tensor(x),
          .constant(.array([whole, .slice(nil, rows), .slice(nil, columns), whole])))
      }
      x = block.sum(input, block.reshape(x, [-1, rows * columns, width]))
      var y = block.layerNormalization("norm2", x, epsilon: 1e-5)
      y = block.dense("mlp/fc1", y, units: hidden, activation: "gelu")
      y = block.dense("mlp/fc2", y, units: width)
      return block.sum(x, y)
    }
  }

  /// The windows of a map as sequences, all windows of all images one after the other.
  private func windowed(_ block: inout FunctionalDraft, _ map: TensorReference) -> TensorReference {
    var x = map
    if fullRows > rows || fullColumns > columns {
      x = block.layer(
        "ZeroPadding2D", nil,
        ["padding": .array([.integers([0, fullRows - rows]), .integers([0, fullColumns - columns])])], x)
    }
    x = block.reshape(x, [-1, fullRows / window, window, fullColumns / window, window, width])
    return block.reshape(block.transpose(x, [0, 1, 3, 2, 4, 5]), [-1, area, width])
  }

  private func attended(_ block: inout FunctionalDraft, _ input: TensorReference, shift: Int)
    -> TensorReference
  {
    block.block("WindowAttention", "attn", input) { block, input in
      let table = block.variable(
        "relative_position_bias_table", 0, [(2 * window - 1) * (2 * window - 1), heads])
      let head = width / heads
      var x = block.dense("qkv", input, units: 3 * head * heads, bias: hasBias)
      x = block.transpose(block.reshape(x, [-1, area, 3, heads, head]), [2, 0, 3, 1, 4])
      let parts = (0..<3).map { part in
        block.operation("GetItem", [:], .tensor(x), .constant(.array([.integer(part)])))
      }
      let query = block.product(parts[0], .constant(.real(1 / Double(head).squareRoot())))
      x = block.matrixProduct(query, block.transpose(parts[1], [0, 1, 3, 2]))
      let bias = block.operation(
        "Take", ["axis": .integer(0)], .tensor(table), .constant(.array(relativePositions)))
      x = block.sum(x, block.transpose(bias, [2, 0, 1]))
      if shift > 0 {
        x = block.reshape(x, [-1, windows, heads, area, area])
        x = block.reshape(
          block.sum(x, block.windowMask(regions(shift: shift), area)), [-1, heads, area, area])
      }
      x = block.matrixProduct(block.layer("Softmax", nil, [:], x), parts[2])
      x = block.reshape(block.transpose(x, [0, 2, 1, 3]), [-1, area, width])
      return block.dense("proj", x, units: width)
    }
  }

  /// For each two places of a window, the row of the table that is for their distance.
  private var relativePositions: [JSONValue] {
    (0..<area).map { to in
      .integers(
        (0..<area).map { from in
          let row = to / window - from / window + window - 1
          return row * (2 * window - 1) + to % window - from % window + window - 1
        })
    }
  }

  /// For each place of each window of a shifted map, which region it was moved from: only what lay together is related.
  private func regions(shift: Int) -> [Int] {
    func part(_ place: Int, of size: Int) -> Int {
      place < size - window ? 0 : place < size - shift ? 1 : 2
    }
    let across = fullColumns / window
    return (0..<windows * area).map { place in
      let (number, inner) = (place / area, place % area)
      let row = number / across * window + inner / window
      let column = number % across * window + inner % window
      // What fills the map counts as its first region.
      return row < rows && column < columns ? 3 * part(row, of: rows) + part(column, of: columns) : 0
    }
  }

  /// Half the map each way: four neighbours become one vector.
  func merge(_ stage: inout FunctionalDraft, _ input: TensorReference) -> TensorReference {
    let order = ["reduction", "norm"]
    return stage.block("PatchMerging", "downsample", order: order, input) { block, input in
      var x = block.reshape(input, [-1, rows / 2, 2, columns / 2, 2, width])
      // The lower of two comes before the one on the right.
      x = block.reshape(block.transpose(x, [0, 1, 3, 4, 2, 5]), [-1, rows * columns / 4, 4 * width])
      x = block.layerNormalization("norm", x, epsilon: 1e-5)
      return block.dense("reduction", x, units: 2 * width, bias: false)
    }
  }
}

extension FunctionalDraft {
  fileprivate mutating func roll(_ x: Tensor, by shift: Int) -> Tensor {
    operation("Roll", ["shift": .integers([shift, shift]), "axis": .integers([1, 2])], .tensor(x))
  }

  /// What is added to the attention between places of a window: much less than nothing where their regions differ.
  /// - Parameters:
  ///   - regions: of each place of each window.
  ///   - area: of a window.
  fileprivate mutating func windowMask(_ regions: [Int], _ area: Int) -> Tensor {
    let place = Argument<Tensor>.constant(.integers(regions))
    func sizes(_ sizes: Int...) -> JSONValue { ["newshape": .integers([1, -1, 1] + sizes)] }
    let differs = operation(
      "NotEqual", [:], .tensor(operation("Reshape", sizes(area, 1), place)),
      .tensor(operation("Reshape", sizes(1, area), place)))
    return product(differs, .constant(.real(-100)))
  }
}

extension JSONValue {
  /// A slice as Keras saves it.
  fileprivate static func slice(_ start: Int?, _ stop: Int?) -> JSONValue {
    let config: JSONValue = [
      "start": start.map { .integer($0) } ?? .null, "stop": stop.map { .integer($0) } ?? .null,
      "step": .null,
    ]
    return ["class_name": "__slice__", "config": config]
  }
}
