/// Which S3 requests are made to fail on purpose, and how: a seeded, repeatable share of them.
public struct FaultPlan: Sendable, Equatable {
  /// The share of S3 requests that fail, 0...1.
  public var rate: Double
  public var seed: UInt64

  public init(rate: Double = 0, seed: UInt64 = 1) {
    self.rate = rate
    self.seed = seed
  }
}
