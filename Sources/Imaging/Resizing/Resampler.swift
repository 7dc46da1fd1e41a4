import Kernels

/// Resizes with one of Pillow's smooth filters: each row sideways as it arrives, into a ring that holds as
/// many rows as one output row needs, then downwards.
///
/// Pillow leaves out a pass that changes nothing. It need not be left out to give the same pixels: at a
/// scale of 1 and from a whole position every filter has a single weight of 1.
struct Resampler {
  private let header: ImageHeader
  private let width: Int
  private let across: ResampleWeights
  private let down: ResampleWeights

  /// Rows that go through the first pass together.
  private static let batch = 4

  init(
    header: ImageHeader, width: Int, height: Int, box: ResizeBox, kernel: ResampleKernel
  ) throws(ImagingError) {
    self.header = header
    self.width = width
    across = try ResampleWeights(
      inputSize: header.width, low: Float(box.left), high: Float(box.right), outputSize: width, kernel: kernel
    )
    down = try ResampleWeights(
      inputSize: header.height, low: Float(box.top), high: Float(box.bottom), outputSize: height,
      kernel: kernel)
  }

  /// Bytes that it takes to resize an image, at most.
  static func memory(
    of header: ImageHeader, width: Int, height: Int, box: ResizeBox, kernel: ResampleKernel
  ) -> Int {
    let samples = header.mode.rowBytesPerPixel
    let across = ResampleWeights.longestRun(from: box.left, to: box.right, count: width, kernel: kernel)
    let down = ResampleWeights.longestRun(from: box.top, to: box.bottom, count: height, kernel: kernel)
    let weights = width * across * (8 + 4 * samples) + height * down * (8 + 4)
    return weights + batch * header.rowBytes + (down + batch) * width * samples
  }

  /// Resizes all of `source` into `output`, rows without gaps.
  func run(_ source: any RowSource, into output: UnsafeMutablePointer<UInt8>) throws(ImagingError) {
    if header.mode == .gray16 {
      try run(source, into: output, WordPasses(across: across, down: down, width: width))
    } else {
      let samples = header.mode.rowBytesPerPixel
      try run(source, into: output, BytePasses(across: across, down: down, width: width, samples: samples))
    }
  }

  private func run(
    _ source: any RowSource, into output: UnsafeMutablePointer<UInt8>, _ passes: some ResamplePasses
  ) throws(ImagingError) {
    let outputBytes = width * header.mode.rowBytesPerPixel
    let stride = header.rowBytes
    let input = try PixelBuffer(count: stride * Self.batch + passes.overread)
    (input.base + stride * Self.batch).initialize(repeating: 0, count: passes.overread)
    let slots = down.stride + Self.batch
    let ring = try PixelBuffer(count: slots * outputBytes)

    let needed = down.range
    if needed.lowerBound > 0 { try source.skip(min(needed.lowerBound, header.height - 1)) }
    var row = needed.lowerBound
    var finished = 0
    while row < needed.upperBound {
      let count = min(Self.batch, needed.upperBound - row)
      try source.read(count, into: input.base, stride: stride)
      let targets = (0..<count).map { ring.base + (row + $0) % slots * outputBytes }
      passes.across(input.base, stride: stride, to: targets)
      row += count
      while finished < down.starts.count, Int(down.starts[finished] + down.lengths[finished]) <= row {
        let start = Int(down.starts[finished])
        let rows = (0..<Int(down.lengths[finished])).map { ring.base + (start + $0) % slots * outputBytes }
        passes.down(rows, output: finished, to: output + finished * outputBytes)
        finished += 1
      }
    }
    try source.drain(header.height - row, scratch: input.base)
  }
}

/// The arithmetic of the two passes, for one kind of sample.
private protocol ResamplePasses {
  /// Bytes past the last row that the first pass may read (and not use).
  var overread: Int { get }

  /// Resizes rows, `stride` bytes apart, sideways into as many `targets`.
  func across(_ input: UnsafePointer<UInt8>, stride: Int, to targets: [UnsafeMutablePointer<UInt8>])

  /// Makes the given output row out of its run of `rows`.
  func down(_ rows: [UnsafeMutablePointer<UInt8>], output: Int, to target: UnsafeMutablePointer<UInt8>)
}

/// 8-bit samples, one to four a pixel, in fixed point.
private struct BytePasses: ResamplePasses {
  /// As ``packResampleCoefficients(_:count:samples:)`` leaves them.
  let acrossWeights: [Int32]
  let acrossStarts: [Int32]
  /// Samples of a run in `acrossWeights`.
  let run: Int
  let downWeights: [Int32]
  let downStride: Int
  let width: Int
  let samples: Int

  var overread: Int { run }

  init(across: ResampleWeights, down: ResampleWeights, width: Int, samples: Int) {
    run = (across.stride * samples + resampleLanes - 1) / resampleLanes * resampleLanes
    var weights = across.fixed(samples: samples, run: run)
    weights.withUnsafeMutableBufferPointer { weights in
      guard let base = weights.baseAddress else { return }
      packResampleCoefficients(base, count: weights.count, samples: samples)
    }
    acrossWeights = weights
    acrossStarts = across.starts
    downStride = down.stride
    downWeights = down.fixed(samples: 1, run: down.stride)
    self.width = width
    self.samples = samples
  }

  func across(_ input: UnsafePointer<UInt8>, stride: Int, to targets: [UnsafeMutablePointer<UInt8>]) {
    resampleRows(
      input: input, inputStride: stride, rows: targets.count, outputs: targets, samples: samples,
      count: width,
      starts: acrossStarts, coefficients: acrossWeights, run: run)
  }

  func down(_ rows: [UnsafeMutablePointer<UInt8>], output: Int, to target: UnsafeMutablePointer<UInt8>) {
    downWeights.withUnsafeBufferPointer { weights in
      guard let weights = weights.baseAddress else { return }
      resampleColumns(
        rows: rows, taps: rows.count, coefficients: weights + output * downStride, count: width * samples,
        output: target)
    }
  }
}

/// 16-bit gray, in double precision.
private struct WordPasses: ResamplePasses {
  let across: ResampleWeights
  let down: ResampleWeights
  let width: Int

  var overread: Int { 0 }

  func across(_ input: UnsafePointer<UInt8>, stride: Int, to targets: [UnsafeMutablePointer<UInt8>]) {
    for (row, target) in targets.enumerated() {
      resampleRow16(
        input: Self.words(input + row * stride), output: Self.words(target), count: width,
        starts: across.starts,
        lengths: across.lengths, coefficients: across.weights, stride: across.stride)
    }
  }

  func down(_ rows: [UnsafeMutablePointer<UInt8>], output: Int, to target: UnsafeMutablePointer<UInt8>) {
    down.weights.withUnsafeBufferPointer { weights in
      guard let weights = weights.baseAddress else { return }
      resampleColumns16(
        rows: rows.map(Self.words), taps: rows.count, coefficients: weights + output * down.stride,
        count: width,
        output: Self.words(target))
    }
  }

  private static func words(_ bytes: UnsafePointer<UInt8>) -> UnsafePointer<UInt16> {
    UnsafeRawPointer(bytes).assumingMemoryBound(to: UInt16.self)
  }

  private static func words(_ bytes: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt16> {
    UnsafeMutableRawPointer(bytes).assumingMemoryBound(to: UInt16.self)
  }
}
