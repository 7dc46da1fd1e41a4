// Speed of the kernels, of whole models, and of every step of one: `Benchmarks [--threads N] [--profile]
// [--base] [kernels] [MODEL...]`, with `--base` on kernels that every processor can run.

import Glibc
import Inference
import System

/// A number with so many digits after the point, right-aligned.
func text(_ value: Double, _ digits: Int, width: Int) -> String {
  var scale = 1.0
  for _ in 0..<digits { scale *= 10 }
  let rounded = Int((value * scale).rounded())
  var result = "\(rounded / Int(scale))"
  if digits > 0 {
    let fraction = "\(rounded % Int(scale))"
    result += "." + String(repeating: "0", count: digits - fraction.count) + fraction
  }
  return String(repeating: " ", count: max(width - result.count, 0)) + result
}

func padded(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(width - text.count, 0))
}

func measure(_ model: Model, threads: Int, profile: Bool, _ options: PlanOptions) throws {
  let graph = try model.graph()
  let loading = Clock.monotonic
  let plan = try Plan(
    graph, inputShapes: [[1, 224, 224, 3]], workers: Workers(count: threads), options: options)
  let compiled = Clock.monotonic - loading
  // A run may reuse the inputs' memory.
  func fill() {
    for index in plan.inputs[0].values.indices { plan.inputs[0].values[index] = Float(index % 255) / 255 }
  }
  plan.packAll()
  fill()
  plan.run()
  var totals: [Double] = []
  var best = [Double](repeating: .infinity, count: plan.steps.count)
  let start = Clock.monotonic
  while totals.count < 5 || Clock.monotonic - start < 2 {
    fill()
    let begin = Clock.monotonic
    if profile {
      for (index, time) in plan.runProfiled().enumerated() { best[index] = min(best[index], time) }
    } else {
      plan.run()
    }
    totals.append(Clock.monotonic - begin)
  }
  totals.sort()
  let top = CPU.measurePeak(options.kernels) * Double(threads)
  let flops = plan.steps.reduce(0) { $0 + $1.flops }
  if profile {
    for (step, time) in zip(plan.steps, best) where time > 0.001 * totals[0] {
      print(
        padded(step.name, 16), padded(step.kernel, 24), padded("\(step.shape)", 20),
        text(time * 1e6, 0, width: 7), "us", text(step.flops / time / 1e9, 1, width: 6), "GFLOP/s",
        text(100 * step.flops / time / top, 0, width: 3), "%",
        text(Double(step.bytes) / time / 1e9, 1, width: 5),
        "GB/s")
    }
    let sum = best.reduce(0, +)
    print(
      "sum of best steps", text(sum * 1e3, 2, width: 0), "ms", text(100 * flops / sum / top, 0, width: 0), "%"
    )
  }
  print(
    padded(model.rawValue, 16), "best", text(totals[0] * 1e3, 2, width: 7), "ms, median",
    text(totals[totals.count / 2] * 1e3, 2, width: 7), "ms,", text(flops / totals[0] / 1e9, 1, width: 6),
    "GFLOP/s,", text(100 * flops / totals[0] / top, 0, width: 3), "% of", text(top / 1e9, 0, width: 0),
    "GFLOP/s, compiled in", text(compiled * 1e3, 0, width: 0), "ms, arena",
    text(Double(plan.arenaBytes) / 1e6, 1, width: 0), "MB")
}

var arguments = CommandLine.arguments.dropFirst()
var threads = 1
var profile = false
var options = PlanOptions()
var models: [Model] = []
var namesKernels = false
while let argument = arguments.popFirst() {
  switch argument {
  case "--threads": threads = arguments.popFirst().flatMap { Int($0) } ?? 1
  case "--base": options.kernels = .base
  case "--profile": profile = true
  case "kernels": namesKernels = true
  default:
    guard let model = Model(rawValue: argument) else {
      print("unknown model \(argument); there are \(Model.allCases.map(\.rawValue))")
      exit(64)
    }
    models.append(model)
  }
}
if namesKernels || CommandLine.arguments.count == 1 {
  for kernels in KernelSet.all { KernelBenchmarks(kernels).run() }
}
for model in models.isEmpty && !namesKernels ? Model.allCases : models {
  try measure(model, threads: threads, profile: profile, options)
}
