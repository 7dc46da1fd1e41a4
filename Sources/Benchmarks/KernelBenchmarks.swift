import Inference
import Kernels
import System

/// Speed of single kernels on data that stays in the caches, for each kind of vector register.
struct KernelBenchmarks {
  let kernels: KernelSet
  private let peak: Double
  /// Operands, large enough for each case.
  private let left = Memory(count: 1 << 20)
  private let right = Memory(count: 1 << 22)
  private let output = Memory(count: 1 << 20)

  init(_ kernels: KernelSet) {
    self.kernels = kernels
    peak = CPU.measurePeak(kernels)
  }

  /// Values between 0 and 1.
  private final class Memory {
    let base: UnsafeMutablePointer<Float>
    init(count: Int) {
      base = .allocate(capacity: count)
      for index in 0..<count { base[index] = Float(index * 31 % 255) / 255 }
    }
    deinit { base.deallocate() }
  }

  func run() {
    print("kernels \(kernels.name), peak \(text(peak / 1e9, 0, width: 0)) GFLOP/s")
    for (rows, depth, columns) in [(12544, 32, 16), (784, 192, 32), (196, 576, 96), (49, 960, 160)] {
      product(rows, depth, columns)
    }
    for (size, stride) in [(3, 1), (3, 2), (5, 1), (7, 1)] {
      for channels in [96, 44] { depthwise(size: size, stride: stride, channels: channels) }
    }
    let functions: [(String, ElementwiseFunction)] = [
      ("relu", .relu), ("exp", .exp), ("sigmoid", .sigmoid), ("tanh", .tanh), ("swish", .swish),
      ("gelu (erf)", .geluErf), ("mish", .mish), ("hard swish", .hardSwish),
    ]
    for (name, function) in functions { elementwise(name, function) }
  }

  private func product(_ rows: Int, _ depth: Int, _ columns: Int) {
    let block = GemmBlock(
      left: left.base, leftStride: depth, rows: rows, depth: depth, weights: .packed(right.base),
      columns: columns,
      output: output.base, outputStride: columns)
    report("product \(rows) x \(depth) x \(columns)", flops: 2 * Double(rows * depth * columns)) {
      kernels.multiply(block)
    }
  }

  private func depthwise(size: Int, stride: Int, channels: Int) {
    let edge = 28
    let result = (edge + stride - 1) / stride
    let window = Window(
      input: (edge, edge, channels), output: (result, result), size: (size, size), strides: (stride, stride),
      dilation: (1, 1), border: ((size - 1) / 2, (size - 1) / 2))
    let block = DepthwiseBlock(
      window: window, input: left.base, channels: channels, weights: right.base, weightStride: channels,
      bias: right.base, output: output.base, outputStride: channels)
    report(
      "depthwise \(size)x\(size), stride \(stride), \(edge) x \(edge) x \(channels)",
      flops: 2 * Double(result * result * channels * size * size)
    ) {
      kernels.convolveDepthwise(block, 0..<result)
    }
  }

  private func elementwise(_ name: String, _ function: ElementwiseFunction) {
    let count = 4096
    let time = best { kernels.applyRows(function, left.base, count, output.base, count, 1, count) }
    print("  " + padded(name, 44), text(time / Double(count) * 1e9, 3, width: 8), "ns a value")
  }

  private func report(_ name: String, flops: Double, _ body: () -> Void) {
    let time = best(body)
    print(
      "  " + padded(name, 44), text(time * 1e6, 1, width: 8), "us", text(flops / time / 1e9, 1, width: 7),
      "GFLOP/s", text(100 * flops / time / peak, 0, width: 4), "%")
  }

  /// The shortest of many runs, in seconds.
  private func best(_ body: () -> Void) -> Double {
    var shortest = Double.infinity
    let start = Clock.monotonic
    repeat {
      let begin = Clock.monotonic
      body()
      shortest = min(shortest, Clock.monotonic - begin)
    } while Clock.monotonic - start < 0.2
    return shortest
  }
}
