@testable import Inference

/// The heavy operations by their definitions, value by value: the truth that fast steps are compared with.
struct DirectStep: RangeStep {
  let name: String
  private let operation: Operation
  private let inputs: [Operand]
  private let output: Operand
  private let residual: Operand?
  private let activation: Unary?

  /// - Returns: nil for an operation that is not among the heavy ones.
  init?(_ node: Graph.Node, _ inputs: [Operand], _ output: Operand) {
    switch node.operation {
    case .convolution, .depthwiseConvolution, .transposedConvolution, .locallyConnected, .dense, .matMul,
      .pooling:
      break
    default: return nil
    }
    name = node.name
    operation = node.operation
    self.inputs = node.addsResidual ? inputs.dropLast() : inputs
    self.output = output
    residual = node.addsResidual ? inputs.last : nil
    activation = node.activation
  }

  var kernel: String { "direct \(operation.name)" }
  var flops: Double { 0 }
  var bytes: Int { 4 * (output.count + inputs.reduce(0) { $0 + $1.count }) }
  var scratch: Int { 0 }

  var ranges: Ranges { Ranges(rows: output.rows, columns: output.columns * 64) }

  func run(_ context: RunContext, _ rows: Range<Int>) {
    let sources = inputs.map { context.pointer($0) }
    let target = context.pointer(output)
    let addend = residual.map { context.pointer($0) }
    for row in rows {
      let result = target + row * output.rowStride
      for column in 0..<output.columns {
        var value = Float(self.value(row, column, sources))
        if let residual, let addend { value += addend[row * residual.rowStride + column] }
        result[column] = value
      }
      if let activation {
        activation.apply(result, 0, result, 0, 1, output.columns)
      }
    }
  }

  /// One value of the result, without residual and activation.
  private func value(_ row: Int, _ column: Int, _ sources: [UnsafeMutablePointer<Float>]) -> Double {
    let shape = output.shape
    guard shape.count == 4, inputs[0].shape.count == 4 else { return product(row, column, sources) }
    let x = row % shape[2]
    let y = row / shape[2] % shape[1]
    let image = Image(sources[0], inputs[0], sample: row / (shape[1] * shape[2]))
    switch operation {
    case .convolution(let convolution): return image.value(of: convolution, y, x, column)
    case .depthwiseConvolution(let convolution): return image.value(of: convolution, y, x, column)
    case .transposedConvolution(let convolution): return image.value(of: convolution, y, x, column)
    case .locallyConnected(let layer): return image.value(of: layer, y, x, column, width: shape[2])
    case .pooling(let pooling): return image.value(of: pooling, y, x, column)
    default: return product(row, column, sources)
    }
  }

  private func product(_ row: Int, _ column: Int, _ sources: [UnsafeMutablePointer<Float>]) -> Double {
    if case .dense(let dense) = operation {
      let units = dense.kernel.shape[1]
      var sum = Double(dense.bias?.values[column] ?? 0)
      for index in 0..<inputs[0].columns {
        sum +=
          Double(sources[0][row * inputs[0].rowStride + index])
          * Double(dense.kernel.values[index * units + column])
      }
      return sum
    }
    guard case .matMul(let transposeA, let transposeB) = operation else { return .nan }
    let rows = output.shape[output.shape.count - 2]
    let (a, aRow, aColumn) = matrix(0, batch: row / rows, isTransposed: transposeA)
    let (b, bRow, bColumn) = matrix(1, batch: row / rows, isTransposed: transposeB)
    let rank = inputs[0].shape.count
    let inner = inputs[0].shape[transposeA ? rank - 2 : rank - 1]
    var sum = 0.0
    for index in 0..<inner {
      sum +=
        Double(sources[0][a + row % rows * aRow + index * aColumn])
        * Double(sources[1][b + index * bRow + column * bColumn])
    }
    return sum
  }

  /// Where a factor's matrix starts, and how far its rows and columns are apart.
  private func matrix(_ index: Int, batch: Int, isTransposed: Bool) -> (Int, Int, Int) {
    let operand = inputs[index]
    let strides = operand.strides
    let rank = operand.shape.count
    var remaining = batch
    var start = 0
    for axis in output.shape.indices.dropLast(2).reversed() {
      let position = remaining % output.shape[axis]
      remaining /= output.shape[axis]
      let own = axis - (output.shape.count - rank)
      if own >= 0 && operand.shape[own] > 1 { start += position * strides[own] }
    }
    return isTransposed
      ? (start, strides[rank - 1], strides[rank - 2]) : (start, strides[rank - 2], strides[rank - 1])
  }
}

/// One sample of an input.
private struct Image {
  private let base: UnsafeMutablePointer<Float>
  private let pixelStride: Int
  let size: Extent

  init(_ base: UnsafeMutablePointer<Float>, _ operand: Operand, sample: Int) {
    size = Extent(operand.shape[1], operand.shape[2])
    pixelStride = operand.rowStride
    self.base = base + sample * size.height * size.width * pixelStride
  }

  /// A pixel's channels, nil outside.
  private func pixel(_ y: Int, _ x: Int) -> UnsafeMutablePointer<Float>? {
    y >= 0 && y < size.height && x >= 0 && x < size.width ? base + (y * size.width + x) * pixelStride : nil
  }

  func value(of convolution: Convolution, _ y: Int, _ x: Int, _ filter: Int) -> Double {
    let shape = convolution.kernel.shape
    let window = Extent(shape[0], shape[1])
    let border = convolution.border.resolved(
      size, window: window, strides: convolution.strides, dilation: convolution.dilation)
    let first = filter / (shape[3] / convolution.groups) * shape[2]
    var sum = Double(convolution.bias?.values[filter] ?? 0)
    for ky in 0..<window.height {
      for kx in 0..<window.width {
        guard
          let pixel = pixel(
            y * convolution.strides.height + ky * convolution.dilation.height - border.top,
            x * convolution.strides.width + kx * convolution.dilation.width - border.left)
        else { continue }
        let weights = (ky * window.width + kx) * shape[2] * shape[3] + filter
        for channel in 0..<shape[2] {
          sum +=
            Double(pixel[first + channel])
            * Double(convolution.kernel.values[weights + channel * shape[3]])
        }
      }
    }
    return sum
  }

  func value(of convolution: DepthwiseConvolution, _ y: Int, _ x: Int, _ filter: Int) -> Double {
    let shape = convolution.kernel.shape
    let window = Extent(shape[0], shape[1])
    let border = convolution.border.resolved(
      size, window: window, strides: convolution.strides, dilation: convolution.dilation)
    var sum = Double(convolution.bias?.values[filter] ?? 0)
    for ky in 0..<window.height {
      for kx in 0..<window.width {
        guard
          let pixel = pixel(
            y * convolution.strides.height + ky * convolution.dilation.height - border.top,
            x * convolution.strides.width + kx * convolution.dilation.width - border.left)
        else { continue }
        sum +=
          Double(pixel[filter / shape[3]])
          * Double(convolution.kernel.values[(ky * window.width + kx) * shape[2] * shape[3] + filter])
      }
    }
    return sum
  }

  func value(of convolution: TransposedConvolution, _ y: Int, _ x: Int, _ filter: Int) -> Double {
    let shape = convolution.kernel.shape
    let border = convolution.removedBorder
    var sum = Double(convolution.bias?.values[filter] ?? 0)
    for ky in 0..<shape[0] {
      for kx in 0..<shape[1] {
        let top = y + border.height - ky * convolution.dilation.height
        let left = x + border.width - kx * convolution.dilation.width
        guard top % convolution.strides.height == 0, left % convolution.strides.width == 0,
          let pixel = pixel(top / convolution.strides.height, left / convolution.strides.width)
        else { continue }
        let weights = ((ky * shape[1] + kx) * shape[2] + filter) * shape[3]
        for channel in 0..<shape[3] {
          sum += Double(pixel[channel]) * Double(convolution.kernel.values[weights + channel])
        }
      }
    }
    return sum
  }

  func value(of layer: LocallyConnected, _ y: Int, _ x: Int, _ filter: Int, width: Int) -> Double {
    let filters = layer.kernel.shape[2]
    let channels = layer.kernel.shape[1] / (layer.window.height * layer.window.width)
    let position = y * width + x
    var sum = Double(layer.bias?.values[position * filters + filter] ?? 0)
    var weight = position * layer.kernel.shape[1]
    for ky in 0..<layer.window.height {
      for kx in 0..<layer.window.width {
        let pixel = pixel(y * layer.strides.height + ky, x * layer.strides.width + kx)
        for channel in 0..<channels {
          sum += Double(pixel?[channel] ?? 0) * Double(layer.kernel.values[weight * filters + filter])
          weight += 1
        }
      }
    }
    return sum
  }

  func value(of pooling: Pooling, _ y: Int, _ x: Int, _ channel: Int) -> Double {
    let border = pooling.border.resolved(size, window: pooling.window, strides: pooling.strides)
    var largest = -Double.infinity
    var sum = 0.0
    var count = 0.0
    for ky in 0..<pooling.window.height {
      for kx in 0..<pooling.window.width {
        guard
          let pixel = pixel(
            y * pooling.strides.height + ky - border.top, x * pooling.strides.width + kx - border.left)
        else { continue }
        largest = max(largest, Double(pixel[channel]))
        sum += Double(pixel[channel])
        count += 1
      }
    }
    return pooling.kind == .max ? largest : sum / count
  }
}
