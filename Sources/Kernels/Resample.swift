/// Pixel resampling in fixed point: 8-bit samples, 32-bit coefficients with ``resamplePrecision``
/// fractional bits, sums rounded and clamped to 0...255. Integer sums do not depend on their order, so
/// the results equal Pillow's to the bit however the loops are arranged.

/// Fractional bits of the coefficients: 8 bits for the result and 2 for the sums' overshoot leave 22.
public let resamplePrecision: Int32 = 22

/// Samples that the kernels take at a time: coefficient runs are padded to a multiple of it with zeros.
public let resampleLanes = 8

private typealias Sums = SIMD8<Int32>

@inline(__always)
private func widen(_ samples: UnsafePointer<UInt8>) -> Sums {
  Sums(truncatingIfNeeded: UnsafeRawPointer(samples).loadUnaligned(as: SIMD8<UInt8>.self))
}

@inline(__always)
private func clamp(_ sum: Int32) -> UInt8 {
  UInt8(truncatingIfNeeded: min(max(sum >> resamplePrecision, 0), 255))
}

/// Shrinks or stretches rows of 8-bit samples sideways: each output pixel is a weighted sum of a run of
/// input pixels.
/// - Parameters:
///   - input: `rows` rows, `inputStride` bytes apart. `run` bytes from the start of each output pixel's run
///     must be readable, also where it leaves the last row; what is there does not matter.
///   - outputs: `rows` pointers to `count * samples` bytes.
///   - samples: interleaved samples of a pixel: 1, 2 or 4.
///   - count: output pixels of a row.
///   - starts: for each output pixel the first input pixel of its run.
///   - coefficients: for each output pixel `run` coefficients, each of them repeated `samples` times.
///   - run: samples of a run, a multiple of ``resampleLanes``.
public func resampleRows(
  input: UnsafePointer<UInt8>, inputStride: Int, rows: Int,
  outputs: UnsafePointer<UnsafeMutablePointer<UInt8>>,
  samples: Int, count: Int, starts: UnsafePointer<Int32>, coefficients: UnsafePointer<Int32>, run: Int
) {
  var row = 0
  // Four rows share each load of coefficients.
  while row + 4 <= rows {
    let base = input + row * inputStride
    for pixel in 0..<count {
      var source = base + Int(starts[pixel]) * samples
      let weights = coefficients + pixel * run
      var sums0 = Sums.zero
      var sums1 = Sums.zero
      var sums2 = Sums.zero
      var sums3 = Sums.zero
      var tap = 0
      while tap < run {
        let weight = UnsafeRawPointer(weights + tap).loadUnaligned(as: Sums.self)
        sums0 &+= widen(source) &* weight
        sums1 &+= widen(source + inputStride) &* weight
        sums2 &+= widen(source + 2 * inputStride) &* weight
        sums3 &+= widen(source + 3 * inputStride) &* weight
        source += resampleLanes
        tap += resampleLanes
      }
      store(sums0, samples, outputs[row] + pixel * samples)
      store(sums1, samples, outputs[row + 1] + pixel * samples)
      store(sums2, samples, outputs[row + 2] + pixel * samples)
      store(sums3, samples, outputs[row + 3] + pixel * samples)
    }
    row += 4
  }
  while row < rows {
    let base = input + row * inputStride
    for pixel in 0..<count {
      let source = base + Int(starts[pixel]) * samples
      let weights = coefficients + pixel * run
      var sums = Sums.zero
      var tap = 0
      while tap < run {
        sums &+= widen(source + tap) &* UnsafeRawPointer(weights + tap).loadUnaligned(as: Sums.self)
        tap += resampleLanes
      }
      store(sums, samples, outputs[row] + pixel * samples)
    }
    row += 1
  }
}

/// Adds up the lanes of each sample and writes the pixel.
@inline(__always)
private func store(_ sums: Sums, _ samples: Int, _ output: UnsafeMutablePointer<UInt8>) {
  let half: Int32 = 1 << (resamplePrecision - 1)
  let four = sums.lowHalf &+ sums.highHalf
  if samples == 4 {
    let limited = (four &+ half) &>> SIMD4(repeating: resamplePrecision)
    let bytes = SIMD4<UInt8>(
      truncatingIfNeeded: limited.clamped(lowerBound: .zero, upperBound: SIMD4(repeating: 255)))
    UnsafeMutableRawPointer(output).storeBytes(of: bytes, as: SIMD4<UInt8>.self)
  } else {
    let two = four.lowHalf &+ four.highHalf
    if samples == 2 {
      output[0] = clamp(two[0] &+ half)
      output[1] = clamp(two[1] &+ half)
    } else {
      output[0] = clamp(two[0] &+ two[1] &+ half)
    }
  }
}

/// Shrinks or stretches downwards: one output row is a weighted sum of `taps` input rows.
/// - Parameters:
///   - rows: `taps` pointers to `count` bytes.
///   - coefficients: one a row.
///   - output: `count` bytes.
public func resampleColumns(
  rows: UnsafePointer<UnsafeMutablePointer<UInt8>>, taps: Int, coefficients: UnsafePointer<Int32>, count: Int,
  output: UnsafeMutablePointer<UInt8>
) {
  let half: Int32 = 1 << (resamplePrecision - 1)
  var index = 0
  while index + 16 <= count {
    var low = Sums(repeating: half)
    var high = Sums(repeating: half)
    for tap in 0..<taps {
      let weight = Sums(repeating: coefficients[tap])
      low &+= widen(rows[tap] + index) &* weight
      high &+= widen(rows[tap] + index + 8) &* weight
    }
    clampStore(low, output + index)
    clampStore(high, output + index + 8)
    index += 16
  }
  while index < count {
    var sum = half
    for tap in 0..<taps { sum &+= Int32(rows[tap][index]) &* coefficients[tap] }
    output[index] = clamp(sum)
    index += 1
  }
}

@inline(__always)
private func clampStore(_ sums: Sums, _ output: UnsafeMutablePointer<UInt8>) {
  let limited = (sums &>> Sums(repeating: resamplePrecision)).clamped(
    lowerBound: .zero, upperBound: Sums(repeating: 255))
  UnsafeMutableRawPointer(output).storeBytes(
    of: SIMD8<UInt8>(truncatingIfNeeded: limited), as: SIMD8<UInt8>.self)
}

/// As ``resampleRows``, for one row of 16-bit samples with coefficients in double precision. The sums are
/// taken in order, rounded half up and clamped to 0...65535, as Pillow does.
/// - Parameters:
///   - lengths: for each output pixel the length of its run.
///   - stride: coefficients from one output pixel to the next.
public func resampleRow16(
  input: UnsafePointer<UInt16>, output: UnsafeMutablePointer<UInt16>, count: Int,
  starts: UnsafePointer<Int32>, lengths: UnsafePointer<Int32>, coefficients: UnsafePointer<Double>,
  stride: Int
) {
  for pixel in 0..<count {
    let source = input + Int(starts[pixel])
    let weights = coefficients + pixel * stride
    var sum = 0.0
    for tap in 0..<Int(lengths[pixel]) { sum += Double(source[tap]) * weights[tap] }
    output[pixel] = round16(sum)
  }
}

/// As ``resampleColumns``, for 16-bit samples.
public func resampleColumns16(
  rows: UnsafePointer<UnsafeMutablePointer<UInt16>>, taps: Int, coefficients: UnsafePointer<Double>,
  count: Int, output: UnsafeMutablePointer<UInt16>
) {
  for index in 0..<count {
    var sum = 0.0
    for tap in 0..<taps { sum += Double(rows[tap][index]) * coefficients[tap] }
    output[index] = round16(sum)
  }
}

@inline(__always)
private func round16(_ sum: Double) -> UInt16 {
  // Halves go away from zero; whatever is below zero ends there, so its rounding does not matter.
  UInt16(min(max(sum + 0.5, 0), 65535))
}
