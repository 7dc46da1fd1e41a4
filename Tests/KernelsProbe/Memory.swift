import Kernels

extension SplitMix64 {
  /// - Returns: a value of `low ..< high`.
  mutating func next(_ low: Float, _ high: Float) -> Float {
    low + (high - low) * Float((next() as UInt64) >> 40) / 16_777_216
  }
}

/// Memory that is never given back: the process is short.
func memory<Element>(_ count: Int, _ value: (Int) -> Element) -> UnsafeMutablePointer<Element> {
  let base = UnsafeMutablePointer<Element>.allocate(capacity: count)
  for index in 0..<count { (base + index).initialize(to: value(index)) }
  return base
}

func zeros(_ count: Int) -> UnsafeMutablePointer<Float> { memory(count) { _ in 0 } }

func random(_ count: Int, seed: UInt64, _ low: Float = -1, _ high: Float = 1) -> UnsafeMutablePointer<Float> {
  var numbers = SplitMix64(seed: seed)
  return memory(count) { _ in numbers.next(low, high) }
}

/// Writes results: a line with the name and the count, then a line for each value.
/// - Parameter values: compared within rounding; each is written as its bits.
func emit(_ name: StaticString, _ values: UnsafePointer<Float>, _ count: Int) {
  print("floats ", terminator: "")
  print(name, terminator: " ")
  print(count)
  for index in 0..<count { print(values[index].bitPattern) }
}

/// - Parameter values: compared to the bit.
func emit<Value: FixedWidthInteger>(_ name: StaticString, integers values: UnsafePointer<Value>, _ count: Int)
{
  print("integers ", terminator: "")
  print(name, terminator: " ")
  print(count)
  for index in 0..<count { print(UInt32(truncatingIfNeeded: values[index])) }
}
