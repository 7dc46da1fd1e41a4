import Glibc
import Kernels

/// Along one axis: which input pixels make up each output pixel, and with which weights. Computed as Pillow
/// does it (its `precompute_coeffs`), operation by operation, in double precision.
struct ResampleWeights {
  /// For each output pixel the first input pixel of its run.
  private(set) var starts: [Int32] = []
  /// For each output pixel the length of its run.
  private(set) var lengths: [Int32] = []
  /// For each output pixel `stride` weights that add up to 1; zeros follow a shorter run.
  private(set) var weights: [Double]
  /// The longest run.
  let stride: Int

  /// Weights beyond this many are refused: 512 MB, for an image of millions of pixels a side.
  private static let maximumCount = 1 << 26

  /// - Parameters:
  ///   - inputSize: pixels of the input.
  ///   - low: where the part to be resized begins. Single precision, as in Pillow.
  ///   - high: where it ends.
  ///   - outputSize: pixels of the output.
  init(
    inputSize: Int, low: Float, high: Float, outputSize: Int, kernel: ResampleKernel
  ) throws(ImagingError) {
    let scale = Double(high - low) / Double(outputSize)
    let filterScale = max(scale, 1)
    let support = kernel.support * filterScale
    let inverse = 1 / filterScale

    // The longest run there can be. Few are as long, so it is measured before it is used.
    guard (support.rounded(.up) * 2 + 1) * Double(outputSize) <= Double(Self.maximumCount) else {
      throw ImagingError(
        .tooLarge, "an image side of \(inputSize) pixels is too long to be resized to \(outputSize) smoothly")
    }
    starts.reserveCapacity(outputSize)
    lengths.reserveCapacity(outputSize)
    var longest = 1
    for index in 0..<outputSize {
      let center = Double(low) + (Double(index) + 0.5) * scale
      let start = max(Int(center - support + 0.5), 0)
      let length = max(min(Int(center + support + 0.5), inputSize) - start, 0)
      starts.append(Int32(start))
      lengths.append(Int32(length))
      longest = max(longest, length)
    }
    stride = longest

    weights = Array(repeating: 0, count: outputSize * longest)
    for index in 0..<outputSize {
      let center = Double(low) + (Double(index) + 0.5) * scale
      let start = Double(starts[index])
      let length = Int(lengths[index])
      var sum = 0.0
      for tap in 0..<length {
        let weight = kernel((Double(tap) + start - center + 0.5) * inverse)
        weights[index * longest + tap] = weight
        sum += weight
      }
      if sum != 0 {
        for tap in 0..<length { weights[index * longest + tap] /= sum }
      }
    }
  }

  /// How many input pixels an output pixel is made of, at most.
  static func longestRun(from low: Double, to high: Double, count: Int, kernel: ResampleKernel) -> Int {
    Int((kernel.support * max((high - low) / Double(count), 1)).rounded(.up)) * 2 + 1
  }

  /// The first input pixel that is needed and the one past the last.
  var range: Range<Int> {
    guard let first = starts.first, let last = starts.last, let length = lengths.last else { return 0..<0 }
    return Int(first)..<max(Int(last + length), Int(first))
  }

  /// The weights in fixed point, each repeated `samples` times, each run padded with zeros to `run` values.
  func fixed(samples: Int, run: Int) -> [Int32] {
    let one = Double(1 << resamplePrecision)
    var fixed = [Int32](repeating: 0, count: starts.count * run)
    for index in starts.indices {
      for tap in 0..<stride {
        let weight = weights[index * stride + tap]
        let value = Int32(weight < 0 ? -0.5 + weight * one : 0.5 + weight * one)
        for sample in 0..<samples { fixed[index * run + tap * samples + sample] = value }
      }
    }
    return fixed
  }
}

/// The five filters that weigh pixels by their distance, in units of an output (or, magnifying, an input)
/// pixel.
enum ResampleKernel {
  case box, bilinear, hamming, bicubic, lanczos

  /// Nothing farther away than this counts.
  var support: Double {
    switch self {
    case .box: 0.5
    case .bilinear, .hamming: 1
    case .bicubic: 2
    case .lanczos: 3
    }
  }

  func callAsFunction(_ distance: Double) -> Double {
    switch self {
    case .box:
      return distance > -0.5 && distance <= 0.5 ? 1 : 0
    case .bilinear:
      let x = abs(distance)
      return x < 1 ? 1 - x : 0
    case .hamming:
      let x = abs(distance)
      if x == 0 { return 1 }
      if x >= 1 { return 0 }
      let angle = x * Double.pi
      // Pillow writes these two constants in single precision.
      return sin(angle) / angle * (Double(0.54 as Float) + Double(0.46 as Float) * cos(angle))
    case .bicubic:
      let a = -0.5
      let x = abs(distance)
      if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
      if x < 2 { return (((x - 5) * x + 8) * x - 4) * a }
      return 0
    case .lanczos:
      return distance >= -3 && distance < 3 ? Self.sinc(distance) * Self.sinc(distance / 3) : 0
    }
  }

  private static func sinc(_ x: Double) -> Double {
    if x == 0 { return 1 }
    let angle = x * Double.pi
    return sin(angle) / angle
  }
}
