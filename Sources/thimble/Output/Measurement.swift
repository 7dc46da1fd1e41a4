import Foundation
import Inference
import Keras

/// What `thimble bench` found.
struct Measurement: Encodable {
  /// Milliseconds that warm runs took.
  struct Warm: Encodable {
    var runs = 0
    var best = 0.0
    var p50 = 0.0
    var p90 = 0.0
    var p99 = 0.0

    init() {}

    /// - Parameter milliseconds: at least one.
    init(_ milliseconds: [Double]) {
      let sorted = milliseconds.sorted()
      func percentile(_ share: Double) -> Double { sorted[Int((share * Double(sorted.count - 1)).rounded())] }
      (runs, best) = (sorted.count, percentile(0))
      (p50, p90, p99) = (percentile(0.5), percentile(0.9), percentile(0.99))
    }
  }

  /// One step of a run.
  struct Step: Encodable {
    var layer: String
    var fused: [String]
    var kernel: String
    var shape: [Int]
    /// The median.
    var milliseconds: Double
    var flops: Double
    var bytes: Int
    var gigaflopsPerSecond: Double
    var shareOfPeak: Double
  }

  var file: String
  var inputs: [[Int]]
  var threads: Int
  /// From the file's name to a plan that can run.
  var loadMilliseconds: Double
  var firstRunMilliseconds: Double
  /// All weights for all later runs, with all threads. A function does it slice by slice while it waits for S3.
  var packMilliseconds: Double
  var warm = Warm()
  var flops: Double
  /// Of the median warm run.
  var gigaflopsPerSecond = 0.0
  var shareOfPeak = 0.0
  /// Of all threads together.
  var peakGigaflopsPerSecond: Double
  var weightBytes, arenaBytes: Int
  /// The process' largest resident size.
  var peakMemoryBytes: Int
  var steps: [Step]?

  /// Makes the first run, and packs the weights for later ones.
  init(_ model: KerasModel, _ plan: Plan, threads: Int, load: Duration) {
    file = model.path
    inputs = plan.inputs.map(\.shape)
    self.threads = threads
    loadMilliseconds = load.milliseconds
    flops = plan.steps.reduce(0) { $0 + $1.flops }
    weightBytes = plan.weightBytes
    arenaBytes = plan.arenaBytes
    let clock = ContinuousClock()
    plan.fill()
    firstRunMilliseconds = clock.measure { plan.run() }.milliseconds
    packMilliseconds = clock.measure { plan.packAll() }.milliseconds
    peakMemoryBytes = Self.peakMemory()
    peakGigaflopsPerSecond = CPU.measurePeak() * Double(threads) / 1e9
  }

  /// Runs for so long, at least five times.
  mutating func runWarm(_ plan: Plan, seconds: Double) {
    let clock = ContinuousClock()
    let end = clock.now + .seconds(seconds)
    var times: [Double] = []
    while times.count < 5 || clock.now < end {
      plan.fill()
      times.append(clock.measure { plan.run() }.milliseconds)
    }
    warm = Warm(times)
    gigaflopsPerSecond = flops / warm.p50 / 1e6
    shareOfPeak = gigaflopsPerSecond / peakGigaflopsPerSecond
    peakMemoryBytes = Self.peakMemory()
  }

  /// The same, step by step.
  mutating func profile(_ plan: Plan, seconds: Double) {
    let clock = ContinuousClock()
    let end = clock.now + .seconds(seconds)
    var times = plan.steps.map { _ in [Double]() }
    var runs = 0
    while runs < 5 || clock.now < end {
      plan.fill()
      for (index, time) in plan.runProfiled().enumerated() { times[index].append(time * 1e3) }
      runs += 1
    }
    steps = zip(plan.steps, times).map { step, times in
      let milliseconds = times.sorted()[times.count / 2]
      let speed = milliseconds > 0 ? step.flops / milliseconds / 1e6 : 0
      return Step(
        layer: step.name, fused: step.fused, kernel: step.kernel, shape: step.shape,
        milliseconds: milliseconds, flops: step.flops, bytes: step.bytes, gigaflopsPerSecond: speed,
        shareOfPeak: speed / peakGigaflopsPerSecond)
    }
  }

  /// From /proc/self/status, whose unit is the kibibyte.
  private static func peakMemory() -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return (line?.split(separator: " ").compactMap { Int($0) }.first ?? 0) * 1024
  }
}

// MARK: Text

extension Measurement {
  var text: String {
    let shapes = inputs.map { Format.shape($0) }.joined(separator: ", ")
    let speed = "\(Format.fixed(gigaflopsPerSecond, 1)) GFLOP/s, \(Format.percent(shareOfPeak))"
    var lines = ["\(file): \(shapes), \(threads) \(threads == 1 ? "thread" : "threads")", ""]
    if let steps { lines += [profileText(steps), ""] }
    lines += [
      "load       \(Format.fixed(loadMilliseconds, 1)) ms",
      "first run  \(Format.fixed(firstRunMilliseconds, 2)) ms, then \(Format.fixed(packMilliseconds, 2)) ms to pack "
        + "all weights",
      "warm run   p50 \(Format.fixed(warm.p50, 2)) ms, p90 \(Format.fixed(warm.p90, 2)) ms, "
        + "p99 \(Format.fixed(warm.p99, 2)) ms, best \(Format.fixed(warm.best, 2)) ms of \(warm.runs) runs",
      "speed      \(speed) of the measured peak of \(Format.fixed(peakGigaflopsPerSecond, 0)) GFLOP/s",
      "memory     \(Format.megabytes(weightBytes)) of weights, \(Format.megabytes(arenaBytes)) for "
        + "activations, at most \(Format.megabytes(peakMemoryBytes)) resident",
    ]
    return lines.joined(separator: "\n")
  }

  private func profileText(_ steps: [Step]) -> String {
    var table = Table(
      ("layer", .left), ("kernel", .left), ("output", .left), ("ms", .right), ("%", .right),
      ("GFLOP/s", .right), ("of peak", .right), ("MB", .right))
    let total = steps.reduce(0) { $0 + $1.milliseconds }
    func add(
      _ layer: String, _ kernel: String, _ shape: String, _ milliseconds: Double, _ flops: Double,
      _ bytes: Int
    ) {
      let speed = milliseconds > 0 ? flops / milliseconds / 1e6 : 0
      table.add(
        layer, kernel, shape, Format.fixed(milliseconds, 3),
        Format.fixed(100 * milliseconds / max(total, .leastNonzeroMagnitude), 1),
        flops > 0 ? Format.fixed(speed, 1) : "",
        flops > 0 ? Format.percent(speed / peakGigaflopsPerSecond) : "", Format.fixed(Double(bytes) / 1e6, 2))
    }
    for step in steps {
      let layer = step.fused.isEmpty ? step.layer : "\(step.layer) +\(step.fused.count)"
      add(
        layer, step.kernel, Format.shape(step.shape), step.milliseconds, step.flops,
        step.bytes)
    }
    add("all", "", "", total, flops, steps.reduce(0) { $0 + $1.bytes })
    return table.text
  }
}

extension Plan {
  /// Writes inputs: a run may have used their memory.
  fileprivate func fill() {
    for input in inputs {
      for index in input.values.indices { input.values[index] = Float(index % 255) / 255 }
    }
  }
}

extension Duration {
  var milliseconds: Double {
    Double(components.seconds) * 1e3 + Double(components.attoseconds) / 1e15
  }
}
