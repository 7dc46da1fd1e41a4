import Synchronization

/// Which S3 requests are made to fail on purpose: a seeded, repeatable share of them.
public struct FaultPlan: Sendable, Equatable {
  /// The share of S3 requests that fail, 0...1.
  public var rate: Double
  public var seed: UInt64
  /// The ways in which they fail, in turn by chance. A request that none of them can befall does not fail.
  public var kinds: Set<FaultKind>
  /// Seconds that an answer hangs in ``FaultKind/stall``.
  public var stall: Double

  /// What a busy service does every day, and any client gets over by trying again.
  public static let transient: Set<FaultKind> = [.slowDown, .internalError, .truncatedBody, .errorIn200]

  public init(
    rate: Double = 0, seed: UInt64 = 1, kinds: Set<FaultKind> = transient, stall: Double = 30
  ) {
    self.rate = rate
    self.seed = seed
    self.kinds = kinds
    self.stall = stall
  }
}

/// Draws the failures of a ``FaultPlan``.
final class FaultInjector: Sendable {
  struct Fault: Sendable {
    var kind: FaultKind
    /// Where there is something else to choose, such as which bit.
    var number: UInt64
    var stall: Double
  }

  private let plan: FaultPlan
  private let state: Mutex<SplitMix64>

  init(_ plan: FaultPlan) {
    self.plan = plan
    state = Mutex(SplitMix64(state: plan.seed))
  }

  /// The failure of a request, if it is to fail.
  func draw(for call: S3Call) -> Fault? {
    guard plan.rate > 0 else { return nil }
    let kinds = FaultKind.allCases.filter { plan.kinds.contains($0) && $0.canBefall(call) }
    return state.withLock { generator in
      let fails = Double.random(in: 0..<1, using: &generator) < plan.rate
      let kind = kinds.randomElement(using: &generator)
      let number = generator.next()
      guard fails, let kind else { return nil }
      return Fault(kind: kind, number: number, stall: plan.stall)
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
