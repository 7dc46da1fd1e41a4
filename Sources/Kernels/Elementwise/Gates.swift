// What recurrent layers do with their gates, which are 0 where nothing passes and 1 where all does.

/// `output = values + gate * passed`; the output may be any of them.
public func addGated(
  _ values: UnsafePointer<Float>, gate: UnsafePointer<Float>, _ passed: UnsafePointer<Float>,
  output: UnsafeMutablePointer<Float>, count: Int
) {
  require(count >= 0, "counts are not negative")
  for index in 0..<count { output[index] = values[index].addingProduct(gate[index], passed[index]) }
}

/// `state = gate * state + (1 - gate) * candidate`
public func mixGated(
  _ state: UnsafeMutablePointer<Float>, gate: UnsafePointer<Float>, _ candidate: UnsafePointer<Float>,
  count: Int
) {
  require(count >= 0, "counts are not negative")
  for index in 0..<count {
    state[index] = (gate[index] * state[index]).addingProduct(1 - gate[index], candidate[index])
  }
}
