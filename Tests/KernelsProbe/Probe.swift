import Kernels

/// Runs every kernel on the same numbers and writes what comes out, so that the results of two processors can
/// be compared. A name that ends in `-plain` is what the same without it must be: loops without a trick.
@main
enum Probe {
  static func main() {
    elementwise()
    binary()
    gates()
    products()
    convolutions()
    depthwise()
    winograd()
    pooling()
    rows()
    reductions()
    movements()
    resampling()
  }

  static func elementwise() {
    let count = 1003
    let input = random(count, seed: 1, -6, 6)
    let output = zeros(count)
    func run(_ name: StaticString, _ function: ElementwiseFunction, _ input: UnsafePointer<Float>) {
      applyRows(
        function, input: input, inputStride: count, output: output, outputStride: count, rows: 1,
        columns: count)
      emit(name, output, count)
    }
    run("relu", .relu, input)
    run("clip", .clip(low: 0, high: 6), input)
    run("leakyReLU", .leakyReLU(slope: 0.3), input)
    run("generalReLU", .generalReLU(negativeSlope: 0.1, ceiling: 4, threshold: 0.5), input)
    run("sigmoid", .sigmoid, input)
    run("tanh", .tanh, input)
    run("softplus", .softplus, input)
    run("softsign", .softsign, input)
    run("exp", .exp, input)
    run("swish", .swish, input)
    run("mish", .mish, input)
    run("selu", .exponentialUnit(scale: 1.0507, alpha: 1.67326, width: 1), input)
    run("geluErf", .geluErf, input)
    run("geluTanh", .geluTanh, input)
    run("hardSigmoid", .hardSigmoid(slope: 0.2, offset: 0.5), input)
    run("hardSwish", .hardSwish, input)
    run("thresholdedReLU", .thresholdedReLU(theta: 1), input)
    run("logSigmoid", .logSigmoid, input)
    run("squareplus", .squareplus(b: 4), input)
    run("sparsePlus", .sparsePlus, input)
    run("softShrink", .softShrink(threshold: 0.5), input)
    run("hardShrink", .hardShrink(threshold: 0.5), input)
    run("tanhShrink", .tanhShrink, input)
    run("linear", .linear(scale: 2, offset: -1), input)
    run("abs", .abs, input)
    run("sign", .sign, input)
    run("square", .square, input)
    run("expm1", .expm1, input)
    run("erf", .erf, input)
    run("floor", .floor, input)
    run("ceil", .ceil, input)
    run("round", .round, input)
    run("truncate", .truncate, input)
    run("logicalNot", .logicalNot, input)
    run("isNaN", .isNaN, input)
    run("isFinite", .isFinite, input)
    run("isInfinite", .isInfinite, input)
    let positive = random(count, seed: 2, 0.01, 9)
    run("sqrt", .sqrt, positive)
    run("rsqrt", .rsqrt, positive)
    run("reciprocal", .reciprocal, positive)
    run("log", .log, positive)
    run("log1p", .log1p, positive)
  }

  static func binary() {
    let (rows, columns) = (3, 21)
    let count = rows * columns
    let a = random(count, seed: 3, -3, 3)
    let b = random(count, seed: 4, 0.5, 2)
    let output = zeros(count)
    func run(_ name: StaticString, _ function: BinaryFunction) {
      binaryRows(
        function, MatrixSource(a, rowStride: columns, isScalarRow: false),
        MatrixSource(b, rowStride: columns, isScalarRow: function == .subtract), output: output,
        outputStride: columns, rows: rows, columns: columns)
      emit(name, output, count)
    }
    run("add", .add)
    run("subtract", .subtract)
    run("multiply", .multiply)
    run("divide", .divide)
    run("maximum", .maximum)
    run("minimum", .minimum)
    run("squaredDifference", .squaredDifference)
    run("equal", .equal)
    run("notEqual", .notEqual)
    run("less", .less)
    run("lessEqual", .lessEqual)
    run("greater", .greater)
    run("greaterEqual", .greaterEqual)
    run("logicalAnd", .logicalAnd)
    run("logicalOr", .logicalOr)
    run("logicalXor", .logicalXor)
    run("floorDivide", .floorDivide)
    run("modulo", .modulo)
    run("parametricReLU", .parametricReLU)
    selectRows(
      condition: MatrixSource(a, rowStride: columns, isScalarRow: true),
      MatrixSource(a, rowStride: columns, isScalarRow: false),
      MatrixSource(b, rowStride: 0, isScalarRow: false), output: output, outputStride: columns, rows: rows,
      columns: columns)
    emit("select", output, count)
  }

  static func gates() {
    let count = 37
    let gate = random(count, seed: 5, 0, 1)
    let passed = random(count, seed: 6, -1, 1)
    let values = random(count, seed: 7, -1, 1)
    let output = zeros(count)
    addGated(values, gate: gate, passed, output: output, count: count)
    emit("addGated", output, count)
    mixGated(output, gate: gate, passed, count: count)
    emit("mixGated", output, count)
  }

  /// Packs `[inner][columns]` weights with bias.
  static func pack(
    _ weights: UnsafePointer<Float>, inner: Int, columns: Int, scale: UnsafePointer<Float>?,
    bias: UnsafePointer<Float>
  ) -> UnsafeMutablePointer<Float> {
    let packed = zeros(packedCount(inner: inner, columns: columns))
    for first in stride(from: 0, to: columns, by: gemmPanelWidth) {
      let panel = packed + first * (inner + 1)
      let count = min(gemmPanelWidth, columns - first)
      packPanelBias(bias + first, columns: count, into: panel)
      packPanelRows(
        weights + first, rows: inner, rowStride: columns, columnStride: 1, columns: count,
        scale: scale.map { $0 + first }, into: panel + packedWidth(count))
    }
    return packed
  }

  static func products() {
    // Whole and narrow panels, every tile height, depths of one and of several parts.
    product(
      "product-13x37x19", "product-13x37x19-plain", "product-13x37x19-unpacked",
      "product-13x37x19-unpacked-plain", rows: 13, inner: 37, columns: 19, seed: 10)
    product(
      "product-6x800x16", "product-6x800x16-plain", "product-6x800x16-unpacked",
      "product-6x800x16-unpacked-plain", rows: 6, inner: 800, columns: 16, seed: 11)
    product(
      "product-5x64x8", "product-5x64x8-plain", "product-5x64x8-unpacked", "product-5x64x8-unpacked-plain",
      rows: 5, inner: 64, columns: 8, seed: 12)
    product(
      "product-1x3x1", "product-1x3x1-plain", "product-1x3x1-unpacked", "product-1x3x1-unpacked-plain",
      rows: 1, inner: 3, columns: 1, seed: 13)
  }

  static func product(
    _ name: StaticString, _ plainName: StaticString, _ unpackedName: StaticString,
    _ unpackedPlainName: StaticString, rows: Int, inner: Int, columns: Int, seed: UInt64
  ) {
    let left = random(rows * inner, seed: seed)
    let weights = random(inner * columns, seed: seed + 100)
    let (scale, bias) = (random(columns, seed: seed + 200), random(columns, seed: seed + 300))
    let residual = random(rows * columns, seed: seed + 400)
    let output = zeros(rows * columns)
    var block = GemmBlock(
      left: left, leftStride: inner, rows: rows, depth: inner,
      weights: .packed(pack(weights, inner: inner, columns: columns, scale: scale, bias: bias)),
      columns: columns,
      output: output, outputStride: columns)
    block.residual = UnsafePointer(residual)
    block.residualStride = columns
    (block.low, block.high) = (-5, 5)
    multiply(block)
    emit(name, output, rows * columns)
    block.weights = .unpacked(
      UnpackedWeights(
        values: weights, rowStride: columns, scale: scale, bias: bias,
        memory: zeros(UnpackedWeights.partCount)))
    multiply(block)
    emit(unpackedName, output, rows * columns)
    for row in 0..<rows {
      for column in 0..<columns {
        var sum = Double(bias[column]) + Double(residual[row * columns + column])
        for index in 0..<inner {
          sum += Double(left[row * inner + index]) * Double(weights[index * columns + column] * scale[column])
        }
        output[row * columns + column] = Float(min(max(sum, -5), 5))
      }
    }
    emit(plainName, output, rows * columns)
    emit(unpackedPlainName, output, rows * columns)
    if rows == 1 || inner == 800 {
      multiplyVector(
        left, weights: weights, rowStride: columns, inner: inner, columns: columns, scale: scale, bias: bias,
        residual: residual, bounds: (-5, 5), output: output)
      emit(inner == 800 ? "vector-800x16" : "vector-3x1", output, columns)
    }
  }

  static func window(_ size: Int, size taps: Int, stride: Int, channels: Int) -> Window {
    let border = taps / 2
    let output = (size + 2 * border - taps) / stride + 1
    return Window(
      input: (size, size, channels), output: (output, output), size: (taps, taps), strides: (stride, stride),
      dilation: (1, 1), border: (border, border))
  }

  /// A convolution by plain loops: `[tapY][tapX][channels][filters]` weights.
  static func plainConvolution(
    _ window: Window, images: Int, channels: Int, filters: Int, _ input: UnsafePointer<Float>,
    _ weights: UnsafePointer<Float>, _ bias: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>
  ) {
    for image in 0..<images {
      for y in 0..<window.outputHeight {
        for x in 0..<window.outputWidth {
          for filter in 0..<filters {
            var sum = Double(bias[filter])
            for tapY in 0..<window.height {
              for tapX in 0..<window.width {
                let inputY = y * window.strideY - window.top + tapY
                let inputX = x * window.strideX - window.left + tapX
                guard inputY >= 0, inputY < window.inputHeight, inputX >= 0, inputX < window.inputWidth
                else { continue }
                let pixel =
                  input + ((image * window.inputHeight + inputY) * window.inputWidth + inputX) * channels
                let place = weights + (tapY * window.width + tapX) * channels * filters + filter
                for channel in 0..<channels {
                  sum += Double(pixel[channel]) * Double(place[channel * filters])
                }
              }
            }
            output[((image * window.outputHeight + y) * window.outputWidth + x) * filters + filter] = Float(
              sum)
          }
        }
      }
    }
  }

  static func convolutions() {
    let (images, channels, filters) = (2, 5, 19)
    let window = window(9, size: 3, stride: 2, channels: channels)
    let pixels = images * window.outputHeight * window.outputWidth
    let input = random(images * 81 * channels, seed: 20)
    let weights = random(9 * channels * filters, seed: 21)
    let bias = random(filters, seed: 22)
    let output = zeros(pixels * filters)
    let none = zeros(64)
    let panels = pack(weights, inner: 9 * channels, columns: filters, scale: nil, bias: bias)
    let sources = memory(9 * pixels) { _ in UnsafePointer(none) }
    locateSources(
      window, input: input, pixels: 0..<pixels, zeros: none, sources: sources, sourceStride: pixels)
    var block = GemmBlock(
      left: input, leftStride: 0, rows: pixels, depth: channels, weights: .packed(panels), columns: filters,
      output: output, outputStride: filters)
    block.sources = UnsafePointer(sources)
    block.sourceStride = pixels
    block.taps = 9
    multiply(block)
    emit("convolution", output, pixels * filters)

    locateSourceRows(
      window, channels: channels, input: input, pixels: 0..<pixels, zeros: none,
      copies: zeros(pixels * 9 * channels), sources: sources, sourceStride: pixels)
    block = GemmBlock(
      left: input, leftStride: 0, rows: pixels, depth: 3 * channels, weights: .packed(panels),
      columns: filters,
      output: output, outputStride: filters)
    block.sources = UnsafePointer(sources)
    block.sourceStride = pixels
    block.taps = 3
    multiply(block)
    emit("convolution-by-rows", output, pixels * filters)

    plainConvolution(
      window, images: images, channels: channels, filters: filters, input, weights, bias, output)
    emit("convolution-plain", output, pixels * filters)
    emit("convolution-by-rows-plain", output, pixels * filters)
  }

  static func depthwise() {
    depthwise("depthwise-3", size: 3, stride: 1, channels: 37)
    depthwise("depthwise-3-by-2", size: 3, stride: 2, channels: 24)
    depthwise("depthwise-5", size: 5, stride: 1, channels: 16)
    depthwise("depthwise-5-by-2", size: 5, stride: 2, channels: 9)
    depthwise("depthwise-7", size: 7, stride: 1, channels: 8)
    depthwise("depthwise-4", size: 4, stride: 1, channels: 11)
  }

  static func depthwise(_ name: StaticString, size: Int, stride: Int, channels: Int) {
    let window = window(11, size: size, stride: stride, channels: channels)
    let pixels = window.outputHeight * window.outputWidth
    let multiplied = 2 * channels
    let output = zeros(pixels * multiplied)
    var block = DepthwiseBlock(
      window: window, input: random(121 * channels, seed: 30), channels: channels,
      weights: random(size * size * multiplied, seed: 31), weightStride: channels,
      bias: random(multiplied, seed: 32), output: output, outputStride: channels)
    (block.low, block.high) = (0, 6)
    convolveDepthwise(block, lines: 0..<window.outputHeight)
    emit(name, output, pixels * channels)
    if size == 3 && stride == 2 {
      block.weightStride = multiplied
      block.outputStride = multiplied
      convolveDepthwise(block, multiplier: 2, lines: 0..<window.outputHeight)
      emit("depthwise-multiplied", output, pixels * multiplied)
    }
  }

  static func winograd() {
    func tile(_ height: Int, _ width: Int, _ windowHeight: Int, _ windowWidth: Int) -> WinogradTile {
      WinogradTile(height: height, width: width, windowHeight: windowHeight, windowWidth: windowWidth)
    }
    winograd("winograd-4x4", "winograd-4x4-plain", tile(4, 4, 3, 3))
    winograd("winograd-2x2", "winograd-2x2-plain", tile(2, 2, 3, 3))
    winograd("winograd-5x5", "winograd-5x5-plain", tile(2, 2, 5, 5))
    winograd("winograd-1x4", "winograd-1x4-plain", tile(1, 4, 1, 3))
    winograd("winograd-2x1", "winograd-2x1-plain", tile(2, 1, 7, 1))
  }

  static func winograd(_ name: StaticString, _ plainName: StaticString, _ tile: WinogradTile) {
    let (channels, filters) = (16, 24)
    let window = Window(
      input: (10, 10, channels), output: (10, 10), size: (tile.windowHeight, tile.windowWidth),
      strides: (1, 1),
      dilation: (1, 1), border: (tile.windowHeight / 2, tile.windowWidth / 2))
    let input = random(100 * channels, seed: 40)
    let weights = random(window.taps * channels * filters, seed: 41)
    let bias = random(filters, seed: 42)
    let output = zeros(100 * filters)
    var block = WinogradBlock(
      tile: tile, window: window, input: input, channels: channels, zeros: zeros(channels), output: output,
      outputStride: filters, columns: filters)
    block.bias = UnsafePointer(bias)
    let (tiles, places) = (block.tilesPerImage, tile.places)
    let placeSize = packedCount(inner: channels, columns: filters)
    let packed = zeros(places * placeSize)
    for first in stride(from: 0, to: filters, by: gemmPanelWidth) {
      packWinogradPanel(
        tile, weights + first, channels: channels, filters: filters,
        columns: min(gemmPanelWidth, filters - first), scale: nil, into: packed + first * (channels + 1),
        placeStride: placeSize)
    }
    let transformed = zeros(places * tiles * channels)
    let products = zeros(places * tiles * filters)
    transformWinogradInput(block, tiles: 0..<tiles, into: transformed, placeStride: tiles * channels)
    for place in 0..<places {
      multiply(
        GemmBlock(
          left: transformed + place * tiles * channels, leftStride: channels, rows: tiles, depth: channels,
          weights: .packed(packed + place * placeSize), columns: filters,
          output: products + place * tiles * filters,
          outputStride: filters))
    }
    transformWinogradOutput(block, tiles: 0..<tiles, from: products, placeStride: tiles * filters)
    emit(name, output, 100 * filters)
    plainConvolution(window, images: 1, channels: channels, filters: filters, input, weights, bias, output)
    emit(plainName, output, 100 * filters)
  }

  static func pooling() {
    let window = window(9, size: 3, stride: 2, channels: 13)
    let input = random(81 * 13, seed: 50)
    let count = window.outputHeight * window.outputWidth * 13
    let output = zeros(count)
    pool(
      .max, window, input: input, channels: 13, output: output, outputStride: 13,
      lines: 0..<window.outputHeight)
    emit("pool-max", output, count)
    pool(
      .average, window, input: input, channels: 13, output: output, outputStride: 13,
      lines: 0..<window.outputHeight)
    emit("pool-average", output, count)
  }
}
