import CAllocations
import Inference
import Keras

// usage: AllocationProbe THREADS MODEL
// Prints how many heap allocations ten warm runs make. Only an optimised build says something about the product.
let arguments = CommandLine.arguments
let workers = Workers(count: Int(arguments[1]) ?? 1)
let graph = try KerasModel(path: arguments[2], workers: workers).graph
let shapes = graph.inputs.map { input in
  graph.shape(of: input.value).enumerated().map { axis, size in size ?? (axis == 0 ? 1 : 224) }
}
let plan = try Plan(graph, inputShapes: shapes, workers: workers)
plan.packAll()
plan.run()
let before = thimble_allocations()
for _ in 1...10 { plan.run() }
let count = thimble_allocations() - before
print(count)
