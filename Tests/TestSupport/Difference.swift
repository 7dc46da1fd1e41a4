/// How far a computed number may be from the true one. NaN agrees only with NaN, an
/// infinity only with the same infinity.
public enum Tolerance: Sendable {
  /// The same bits; zero has a sign.
  case exact
  case absolute(Double)
  /// Times the largest of 1, the true number and the scale of all true numbers, which is the largest below 10^6.
  case scaled(Double)
  /// Units in the last place of the true number as a float.
  case ulps(Double)

  /// - Parameter scale: that of all true numbers.
  fileprivate func allows(_ actual: Double, _ truth: Double, scale: Double) -> Bool {
    if actual.isNaN || truth.isNaN { return actual.isNaN && truth.isNaN }
    if case .exact = self { return actual == truth && actual.sign == truth.sign }
    if !actual.isFinite || !Float(truth).isFinite { return Float(actual) == Float(truth) }
    let off = abs(actual - truth)
    switch self {
    case .exact: return false
    case .absolute(let limit): return off <= limit
    case .scaled(let limit): return off <= limit * max(scale, abs(truth))
    case .ulps(let limit): return off <= limit * Double(Float(truth).ulp)
    }
  }
}

/// The sizes of an array's axes and its values, the last axis' next to each other.
public typealias Shaped<Values: Collection> = (shape: [Int], values: Values)

/// What differs between two arrays: the shapes, or how many values, which is the first and which is furthest off. Nil
/// when nothing does. Two empty arrays differ as well: to compare nothing would prove nothing.
///
///     #expect(difference((output.shape, output.values), (truth.shape, truth.values), within: .scaled(1e-5)) == nil)
public func difference(
  _ actual: Shaped<some Collection<Float>>, _ truth: Shaped<some Collection<Float>>,
  within tolerance: Tolerance
) -> String? {
  if actual.shape != truth.shape { return "the shape is \(actual.shape), not \(truth.shape)" }
  let (values, truths) = (Array(actual.values), Array(truth.values))
  let count = truth.shape.reduce(1, *)
  if truths.count != count { return "\(truths.count) true values for the shape \(truth.shape)" }
  return difference(values, truths, shape: truth.shape, within: tolerance)
}

/// The same for arrays whose shape does not matter.
public func difference(
  _ actual: some Collection<Float>, _ truth: some Collection<Float>, within tolerance: Tolerance
) -> String? {
  let truths = Array(truth)
  return difference(Array(actual), truths, shape: [truths.count], within: tolerance)
}

/// The same for truth of double precision.
public func difference(_ actual: [Float], _ truth: [Double], within tolerance: Tolerance) -> String? {
  difference(actual, truth, shape: [truth.count], within: tolerance)
}

/// The same for whole numbers, every one of which must be right.
public func difference<Value: FixedWidthInteger>(
  _ actual: some Collection<Value>, _ truth: some Collection<Value>
) -> String? {
  let (actual, truth) = (Array(actual), Array(truth))
  if let problem = differenceOfCounts(actual.count, truth.count) { return problem }
  let wrong = actual == truth ? [] : actual.indices.filter { actual[$0] != truth[$0] }
  guard let first = wrong.first else { return nil }
  return "\(wrong.count) of \(truth.count) differ, first [\(first)]: \(actual[first]), not \(truth[first])"
}

private func differenceOfCounts(_ actual: Int, _ truth: Int) -> String? {
  if actual != truth { return "\(actual) values, not \(truth)" }
  return truth == 0 ? "there are no values to compare" : nil
}

private func difference<Truth: BinaryFloatingPoint>(
  _ actual: [Float], _ truth: [Truth], shape: [Int], within tolerance: Tolerance
) -> String? {
  if let problem = differenceOfCounts(actual.count, truth.count) { return problem }
  var scale = 1.0
  for value in truth where abs(value) < 1e6 { scale = max(scale, abs(Double(value))) }
  var (count, first, worst, furthest) = (0, 0, 0, -1.0)
  for index in actual.indices {
    let (value, expected) = (Double(actual[index]), Double(truth[index]))
    if tolerance.allows(value, expected, scale: scale) { continue }
    let off = abs(value - expected)
    let distance = off.isNaN ? .infinity : off
    if count == 0 { first = index }
    if distance > furthest { (worst, furthest) = (index, distance) }
    count += 1
  }
  if count == 0 { return nil }
  func place(_ index: Int) -> String {
    "\(indices(of: index, in: shape)): \(actual[index]), not \(truth[index])"
  }
  var text = "\(count) of \(truth.count) differ, first \(place(first))"
  if worst != first { text += "; furthest off \(place(worst))" }
  return text
}

/// Indices along the axes, the first axis first.
private func indices(of position: Int, in shape: [Int]) -> [Int] {
  var rest = position
  let reversed = shape.reversed().map { size in
    defer { rest /= size }
    return rest % size
  }
  return reversed.reversed()
}
