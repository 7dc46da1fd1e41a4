import CPrefetch

/// Pixel resampling in fixed point: 8-bit samples, 32-bit coefficients with ``resamplePrecision``
/// fractional bits, sums rounded and clamped to 0...255. Integer sums do not depend on their order, so
/// the results equal Pillow's to the bit however the loops are arranged.

/// Fractional bits of the coefficients: 8 bits for the result and 2 for the sums' overshoot leave 22.
public let resamplePrecision: Int32 = 22

/// Samples that the kernels take at a time: coefficient runs are padded to a multiple of it with zeros.
public let resampleLanes = 16

private typealias Sums = SIMD8<Int32>

@inline(__always)
private func widen(_ samples: UnsafePointer<UInt8>) -> Sums {
  Sums(truncatingIfNeeded: UnsafeRawPointer(samples).loadUnaligned(as: SIMD8<UInt8>.self))
}

@inline(__always)
private func clamp(_ sum: Int32) -> UInt8 {
  UInt8(truncatingIfNeeded: min(max(sum >> resamplePrecision, 0), 255))
}

#if arch(x86_64)
  /// AVX2 multiplies words twice as fast as 32-bit numbers, and adds the products of neighbours by the way. So
  /// each coefficient is two words, its lower 15 bits and what is above them, and the samples of two
  /// neighbouring pixels stand side by side.
  private let lowBits: Int32 = 15

  /// Where a sample of a step, by its number in the row, stands among the words.
  @inline(__always)
  private func wordIndex(_ sample: Int, _ samples: Int) -> Int {
    let (pixel, channel) = (sample / samples, sample % samples)
    return pixel / 2 * 2 * samples + 2 * channel + pixel % 2
  }

  /// ``resampleLanes`` steps of a run for one row.
  private struct PairSums {
    var low = Sums.zero
    var high = Sums.zero

    @inline(__always)
    mutating func add(
      _ source: UnsafePointer<UInt8>, _ order: SIMD32<Int8>, _ lows: SIMD16<Int16>, _ highs: SIMD16<Int16>
    ) {
      let words = thimble_words(source, order)
      low &+= thimble_products(words, lows)
      high &+= thimble_products(words, highs)
    }

    @inline(__always)
    var sums: Sums { high &<< Sums(repeating: lowBits) &+ low }
  }
#endif

/// Brings coefficients, in place, into the form that ``resampleRows(input:inputStride:rows:outputs:samples:count:starts:coefficients:run:)``
/// takes: another one on each architecture.
/// - Parameters:
///   - coefficients: each repeated `samples` times, of less than 2^30.
///   - count: how many there are, a multiple of ``resampleLanes``.
///   - samples: interleaved samples of a pixel: 1, 2 or 4.
public func packResampleCoefficients(_ coefficients: UnsafeMutablePointer<Int32>, count: Int, samples: Int) {
  requireSamples(samples)
  require(count >= 0 && count % resampleLanes == 0, "coefficients fill whole vectors")
  #if arch(x86_64)
    for step in stride(from: 0, to: count, by: resampleLanes) {
      var lows = SIMD16<Int16>.zero
      var highs = SIMD16<Int16>.zero
      for lane in 0..<resampleLanes {
        let value = coefficients[step + lane]
        let word = wordIndex(lane, samples)
        lows[word] = Int16(truncatingIfNeeded: value & (1 << lowBits - 1))
        highs[word] = Int16(truncatingIfNeeded: value >> lowBits)
      }
      let words = UnsafeMutableRawPointer(coefficients + step)
      words.storeBytes(of: lows, as: SIMD16<Int16>.self)
      words.storeBytes(of: highs, toByteOffset: 32, as: SIMD16<Int16>.self)
    }
  #endif
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
///   - coefficients: for each output pixel `run` coefficients, each of them repeated `samples` times, then
///     packed by ``packResampleCoefficients(_:count:samples:)``.
///   - run: samples of a run, a multiple of ``resampleLanes``.
public func resampleRows(
  input: UnsafePointer<UInt8>, inputStride: Int, rows: Int,
  outputs: UnsafePointer<UnsafeMutablePointer<UInt8>>,
  samples: Int, count: Int, starts: UnsafePointer<Int32>, coefficients: UnsafePointer<Int32>, run: Int
) {
  requireSamples(samples)
  require(rows >= 0 && count >= 0, "counts are not negative")
  require(run > 0 && run % resampleLanes == 0, "runs of coefficients fill whole vectors")
  require((0..<count).allSatisfy { starts[$0] >= 0 }, "runs of pixels begin within their row")
  #if arch(x86_64)
    var order = SIMD32<Int8>(repeating: -128)
    for lane in 0..<resampleLanes { order[2 * wordIndex(lane, samples)] = Int8(lane) }
  #endif
  var row = 0
  // Four rows share each load of coefficients.
  while row + 4 <= rows {
    let base = input + row * inputStride
    for pixel in 0..<count {
      var source = base + Int(starts[pixel]) * samples
      let weights = coefficients + pixel * run
      var tap = 0
      #if arch(x86_64)
        var (pairs0, pairs1, pairs2, pairs3) = (PairSums(), PairSums(), PairSums(), PairSums())
        while tap < run {
          let words = UnsafeRawPointer(weights + tap)
          let lows = words.loadUnaligned(as: SIMD16<Int16>.self)
          let highs = words.loadUnaligned(fromByteOffset: 32, as: SIMD16<Int16>.self)
          pairs0.add(source, order, lows, highs)
          pairs1.add(source + inputStride, order, lows, highs)
          pairs2.add(source + 2 * inputStride, order, lows, highs)
          pairs3.add(source + 3 * inputStride, order, lows, highs)
          source += resampleLanes
          tap += resampleLanes
        }
        let (sums0, sums1, sums2, sums3) = (pairs0.sums, pairs1.sums, pairs2.sums, pairs3.sums)
      #else
        var sums0 = Sums.zero
        var sums1 = Sums.zero
        var sums2 = Sums.zero
        var sums3 = Sums.zero
        while tap < run {
          let weight = UnsafeRawPointer(weights + tap).loadUnaligned(as: Sums.self)
          sums0 &+= widen(source) &* weight
          sums1 &+= widen(source + inputStride) &* weight
          sums2 &+= widen(source + 2 * inputStride) &* weight
          sums3 &+= widen(source + 3 * inputStride) &* weight
          source += 8
          tap += 8
        }
      #endif
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
      var tap = 0
      #if arch(x86_64)
        var pairs = PairSums()
        while tap < run {
          let words = UnsafeRawPointer(weights + tap)
          pairs.add(
            source + tap, order, words.loadUnaligned(as: SIMD16<Int16>.self),
            words.loadUnaligned(fromByteOffset: 32, as: SIMD16<Int16>.self))
          tap += resampleLanes
        }
        let sums = pairs.sums
      #else
        var sums = Sums.zero
        while tap < run {
          sums &+= widen(source + tap) &* UnsafeRawPointer(weights + tap).loadUnaligned(as: Sums.self)
          tap += 8
        }
      #endif
      store(sums, samples, outputs[row] + pixel * samples)
    }
    row += 1
  }
}

/// Samples of a pixel fill a vector evenly.
@inline(__always)
private func requireSamples(_ samples: Int) {
  require(samples == 1 || samples == 2 || samples == 4, "a pixel has 1, 2 or 4 samples")
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
  require(taps >= 0 && count >= 0, "counts are not negative")
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
  require(count >= 0, "counts are not negative")
  require((0..<count).allSatisfy { starts[$0] >= 0 }, "runs of pixels begin within their row")
  require(
    (0..<count).allSatisfy { 0...stride ~= Int(lengths[$0]) },
    "the coefficients of two pixels do not overlap")
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
  require(taps >= 0 && count >= 0, "counts are not negative")
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
