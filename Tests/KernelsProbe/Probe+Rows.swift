import Kernels

extension Probe {
  static func rows() {
    let (rows, columns) = (3, 45)
    let count = rows * columns
    let input = random(count, seed: 60, -4, 4)
    let (gamma, beta) = (random(columns, seed: 61, 0.5, 2), random(columns, seed: 62))
    let output = zeros(count)
    affineRows(
      input: input, inputStride: columns, output: output, outputStride: columns, rows: rows,
      channels: columns, scale: gamma, offset: beta, bounds: (-3, 3))
    emit("affine-rows", output, count)
    affineRun(input: input, output: output, count: count, scale: 1.5, offset: -0.25)
    emit("affine-run", output, count)
    func normalize(_ name: StaticString, _ function: NormalizationFunction) {
      normalizeRows(
        function, input: input, inputStride: columns, output: output, outputStride: columns, rows: rows,
        columns: columns, epsilon: 1e-3, gamma: gamma, beta: beta)
      emit(name, output, count)
    }
    normalize("normalize-layer", .layer)
    normalize("normalize-rms", .rms)
    normalize("normalize-unit", .unit)
    groupMeans(sums: input, means: output, groups: 5, channels: 9, count: 7)
    emit("group-means", output, columns)
    let (scale, offset) = (random(columns, seed: 63, 0.1, 2), random(columns, seed: 64))
    normalizationScales(
      scale: scale, offset: offset, channels: columns, epsilon: 1e-3, gamma: gamma, beta: beta)
    emit("normalization-scales", scale, columns)
    emit("normalization-offsets", offset, columns)
    softmaxRows(
      input: input, inputStride: columns, output: output, outputStride: columns, rows: rows,
      columns: columns)
    emit("softmax", output, count)
    logSoftmaxRows(
      input: input, inputStride: columns, output: output, outputStride: columns, rows: rows,
      columns: columns)
    emit("log-softmax", output, count)
    sparsemaxRows(
      input: input, inputStride: columns, output: output, outputStride: columns, rows: rows,
      columns: columns)
    emit("sparsemax", output, count)
    emit("log-sum-exp", memory(1) { _ in logSumExp(input, count: count) }, 1)
    accumulate(
      multiplies: false, input: input, inputStride: 9, output: output, outputStride: 9, count: 15, inner: 9)
    emit("running-sums", output, count)
    accumulate(
      multiplies: true, input: input, inputStride: 9, output: output, outputStride: 9, count: 15, inner: 9)
    emit("running-products", output, count)
    sortRows(
      input: input, inputStride: columns, output: output, outputStride: columns, rows: rows, columns: columns)
    emit("sort", output, count)
    sortedIndexRows(
      input: input, inputStride: columns, output: output, outputStride: columns, rows: rows, columns: columns)
    emit("sorted-indices", output, count)
    emit(
      "index-of-extremum",
      integers: memory(2) { indexOfExtremum(input, stride: 1, count: count, largest: $0 == 0) }, 2)
    emit("multiply-and-add", memory(1) { _ in multiplyAndAdd(iterations: 100).value }, 1)
  }

  static func reductions() {
    let (rows, columns) = (7, 53)
    let input = random(rows * columns, seed: 70, 0.5, 1.5)
    let center = random(columns, seed: 71)
    let output = zeros(columns)
    func run(_ name: StaticString, _ runName: StaticString, _ function: ReductionFunction) {
      reduceRows(
        function, input: input, rows: rows, rowStride: columns, columns: 0..<columns,
        center: function == .sumOfSquares ? UnsafePointer(center) : nil, output: output)
      emit(name, output, columns)
      emit(runName, memory(1) { _ in reduceRun(function, input, count: columns, center: 0.5) }, 1)
    }
    run("sum-rows", "sum-run", .sum)
    run("max-rows", "max-run", .max)
    run("min-rows", "min-run", .min)
    run("product-rows", "product-run", .product)
    run("sum-of-squares-rows", "sum-of-squares-run", .sumOfSquares)
    run("any-rows", "any-run", .any)
    run("all-rows", "all-run", .all)
  }

  static func movements() {
    let input = random(400, seed: 80)
    let output = zeros(400)
    let table = memory(6) { Int32([5, 0, -1, 2, 3, 1][$0] * 20) }
    for index in 0..<6 where table[index] < 0 { table[index] = -1 }
    let axes = memory(2) {
      $0 == 0
        ? GatherAxis(count: 6, inputStride: 0, outputStride: 20, table: table)
        : GatherAxis(count: 20, inputStride: 1, outputStride: 1, table: nil)
    }
    gather(axes, rank: 2, rows: 0..<6, input: input, output: output, filler: -7)
    emit("gather", output, 120)
    transposeMatrix(
      input: input, inputStride: 20, output: output, outputStride: 19, rows: 0..<20, columns: 19)
    emit("transpose", output, 380)
    let indices = memory(5) { [Float](arrayLiteral: 3, 0, 11, 40, -1)[$0] }
    lookUpRows(
      indices: indices, count: 5, table: input, tableRows: 12, columns: 33, output: output, outputStride: 33)
    emit("look-up", output, 165)
    oneHotRows(indices: indices, count: 5, columns: 13, output: output, outputStride: 13)
    emit("one-hot", output, 65)
    let taps = memory(5) { ResizeTaps(first: $0, taps: 3, weights: 3 * $0) }
    let weights = random(15, seed: 81, 0, 1)
    resizeRow(
      input: input, inputWidth: 7, channels: 5, pixelStride: 5, vertical: taps[1], verticalWeights: weights,
      horizontal: taps, horizontalWeights: weights, line: zeros(35), output: output, outputWidth: 5,
      outputStride: 5)
    emit("resize-row", output, 25)
  }

  static func resampling() {
    var numbers = SplitMix64(seed: 90)
    let (rows, width, count) = (6, 40, 9)
    let input = memory(rows * width * 4 + 64) { _ in UInt8(numbers.next(0, 255.9)) }
    let output = memory(rows * count * 4) { _ in UInt8(0) }
    for samples in [1, 2, 4] {
      let outputs = memory(rows) { output + $0 * count * samples }
      let run = 16 * samples
      let coefficients = memory(count * run) { _ in Int32(numbers.next(-100_000, 1_000_000)) }
      packResampleCoefficients(coefficients, count: count * run, samples: samples)
      resampleRows(
        input: input, inputStride: width * samples, rows: rows, outputs: outputs, samples: samples,
        count: count, starts: memory(count) { Int32($0 * 3) }, coefficients: coefficients, run: run)
      emit("resample-rows", integers: output, rows * count * samples)
    }
    let lines = memory(3) { input + $0 * 50 }
    let coefficients = memory(3) { _ in Int32(numbers.next(-500_000, 3_000_000)) }
    resampleColumns(rows: lines, taps: 3, coefficients: coefficients, count: 45, output: output)
    emit("resample-columns", integers: output, 45)
    let deep = memory(200) { _ in UInt16(numbers.next(0, 65_535)) }
    let deepOutput = memory(50) { _ in UInt16(0) }
    let weights = memory(40) { _ in Double(numbers.next(-0.2, 0.6)) }
    resampleRow16(
      input: deep, output: deepOutput, count: 8, starts: memory(8) { Int32($0 * 5) },
      lengths: memory(8) { _ in 5 }, coefficients: weights, stride: 5)
    emit("resample-row-16", integers: deepOutput, 8)
    resampleColumns16(
      rows: memory(4) { deep + $0 * 50 }, taps: 4, coefficients: weights, count: 50, output: deepOutput)
    emit("resample-columns-16", integers: deepOutput, 50)
  }
}
