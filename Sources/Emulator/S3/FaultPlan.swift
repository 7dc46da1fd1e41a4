import Synchronization

/// Which S3 requests are made to fail on purpose: a seeded, repeatable share of them. They fail in turn as
/// a busy or broken service does: `503 SlowDown`, `500 InternalError`, an answer that breaks off (the work
/// may be done), and, for copies, a `200` that carries an error.
public struct FaultPlan: Sendable, Equatable {
  /// The share of S3 requests that fail, 0...1.
  public var rate: Double
  public var seed: UInt64

  public init(rate: Double = 0, seed: UInt64 = 1) {
    self.rate = rate
    self.seed = seed
  }
}

/// Draws the failures of a ``FaultPlan``.
final class FaultInjector: Sendable {
  enum Fault: CaseIterable, Sendable {
    case slowDown, internalError, brokenAnswer, errorIn200
  }

  private let plan: FaultPlan
  private let state: Mutex<SplitMix64>

  init(_ plan: FaultPlan) {
    self.plan = plan
    state = Mutex(SplitMix64(state: plan.seed))
  }

  /// The failure of the next request, if it is to fail.
  func draw() -> Fault? {
    guard plan.rate > 0 else { return nil }
    return state.withLock { generator in
      let fails = Double.random(in: 0..<1, using: &generator) < plan.rate
      let fault = Fault.allCases.randomElement(using: &generator)
      return fails ? fault : nil
    }
  }
}

/// Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.
private struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
