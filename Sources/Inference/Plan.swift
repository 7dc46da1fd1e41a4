import Glibc
import System

/// A model made ready to run on inputs of one shape: weights packed, memory laid out, work split.
///
/// A plan is used by one thread at a time; its workers share the work of each step.
public final class Plan {
  public let inputs: [PlanPort]
  public let outputs: [PlanPort]
  /// What happens in a run, in order.
  public let steps: [PlanStep]
  /// Memory for activations, scratch and, in the first run, a step's packed weights.
  public let arenaBytes: Int
  /// Weights and constants that the steps read, as they were before packing.
  public let weightBytes: Int

  private let work: [(step: any Step, context: RunContext, packing: UnsafeMutablePointer<Float>)]
  private let arena: Arena
  private let packed: PackedMemory

  /// Compiles a graph.
  /// - Parameters:
  ///   - inputShapes: one an input, batch included.
  ///   - workers: the threads that will run it.
  /// - Throws: ``PlanError`` when a shape does not fit the model, or memory runs out.
  public convenience init(_ graph: Graph, inputShapes: [[Int]], workers: Workers) throws(PlanError) {
    try self.init(graph, inputShapes: inputShapes, workers: workers, options: PlanOptions())
  }

  package convenience init(
    _ graph: Graph, inputShapes: [[Int]], workers: Workers, options: PlanOptions
  ) throws(PlanError) {
    var graph = try graph.specialized(inputShapes)
    if options.optimizes {
      try graph.optimize()
      graph.fusePrologues(threads: workers.count, kernels: options.kernels)
    }
    try self.init(specialized: graph, workers: workers, options: options)
  }

  /// Compiles a graph whose shapes are all known and which the passes are done with.
  init(specialized graph: Graph, workers: Workers, options: PlanOptions) throws(PlanError) {
    var graph = graph
    graph.ownConstantOutputs()
    let memory = MemoryPlan(graph, sharesMemory: options.sharesMemory)
    try Arena.check(memory.count)
    let lowering = Lowering(
      graph: graph, memory: memory,
      packing: Packing(workers: workers, kernels: options.kernels),
      replacement: options.replacement)
    var work: [(step: any Step, scratch: Int, packing: Int)] = []
    var steps: [PlanStep] = []
    var arenaCount = memory.count
    var weightBytes = 0
    for index in graph.nodes.indices {
      let node = graph.nodes[index]
      weightBytes += 4 * node.weightCount
      for step in try lowering.steps(index) {
        // Scratch lies above all that is alive, which is mostly below the arena's highest end.
        let scratch = memory.freeMemory(at: index)
        let packing = scratch + MemoryPlan.aligned(step.scratch)
        work.append((step, scratch, packing))
        arenaCount = max(arenaCount, packing + PackedMemory.firstRunCount(step.packedWeights))
        steps.append(
          PlanStep(
            name: step.name, fused: node.fused, kernel: step.kernel, shape: node.sizes, flops: step.flops,
            bytes: step.bytes))
      }
    }
    let arena = try Arena(count: arenaCount)
    self.arena = arena
    packed = PackedMemory(work.map(\.step.packedWeights), workers)
    arenaBytes = arena.count * 4
    self.weightBytes = weightBytes
    self.work = work.map { step, scratch, packing in
      (
        step, RunContext(arena: arena.base, scratch: arena.base + scratch, workers: workers),
        arena.base + packing
      )
    }
    self.steps = steps
    let base = arena.base
    func port(_ port: Graph.Port) throws(PlanError) -> PlanPort {
      guard let home = memory.placements[port.value.index] else {
        throw PlanError(reason: "the value \"\(port.name)\" has no memory")
      }
      let shape = graph.nodes[port.value.index].sizes
      return PlanPort(
        name: port.name, shape: shape,
        values: UnsafeMutableBufferPointer(start: base + memory.offset(home), count: shape.reduce(1, *)))
    }
    var inputs: [PlanPort] = []
    for input in graph.inputs { inputs.append(try port(input)) }
    var outputs: [PlanPort] = []
    for output in graph.outputs { outputs.append(try port(output)) }
    self.inputs = inputs
    self.outputs = outputs
  }

  /// Computes the outputs from the inputs. Takes no memory. Weights that ``packNext()`` and ``packAll()`` have not
  /// packed are packed for this run alone, into the plan's own memory.
  public func run() {
    for index in work.indices { run(index) }
  }

  private func run(_ index: Int) {
    packed.prepare(index, in: work[index].packing)
    work[index].step.run(work[index].context)
    packed.finish(index)
  }

  /// Runs and measures.
  /// - Returns: seconds for each of ``steps``.
  public func runProfiled() -> [Double] {
    var seconds: [Double] = []
    seconds.reserveCapacity(work.count)
    for index in work.indices {
      let start = Clock.monotonic
      run(index)
      seconds.append(Clock.monotonic - start)
    }
    return seconds
  }
}

// MARK: Packing

extension Plan {
  /// Packs a slice of the weights for all later runs, with the calling thread alone, while it waits for something
  /// else. It takes 0.1 to 1 ms; up to 10 where the host has to find a large page of memory. Runs may come between
  /// slices; their results are the same. Like a run, it must not overlap another use of the plan.
  /// - Returns: whether there is more to pack; false also when the system refuses the memory, and then runs go on as they
  ///   are.
  public func packNext() -> Bool { packed.packNext() }

  /// The same with a slice of about so many values.
  func packNext(count: Int) -> Bool { packed.packNext(count) }

  /// Packs all weights that are left for all later runs, with all threads: for a plan that runs more than once, when
  /// there is nothing to wait for. It takes as long as some runs do.
  public func packAll() { packed.packAll() }
}

/// An input or an output of a plan, in the model's order.
public struct PlanPort {
  public let name: String
  public let shape: [Int]
  /// The values, row-major, in the plan's memory. Inputs are to be written before every run (a run may
  /// reuse their memory); outputs are valid until the next.
  public let values: UnsafeMutableBufferPointer<Float>
}

/// What a step of a plan is, for profiles.
public struct PlanStep: Sendable {
  /// The layer.
  public let name: String
  /// Further layers whose work the step does.
  public let fused: [String]
  /// The kernel that was chosen, e.g. `gemm 6x16`.
  public let kernel: String
  /// The result's shape.
  public let shape: [Int]
  /// Multiplications and additions of one run, by the direct algorithm.
  public let flops: Double
  /// Bytes read and written by one run, weights included.
  public let bytes: Int
}

/// How a plan is made; tests turn parts off to compare.
package struct PlanOptions {
  /// Whether the passes run.
  var optimizes = true
  /// Whether values share memory.
  var sharesMemory = true
  /// The heavy kernels.
  package var kernels = KernelSet.chosen
  /// Makes other steps for the heavy operations; nil: the usual one.
  var replacement: Replacement?
  typealias Replacement = (Graph.Node, [Operand], Operand) -> (any Step)?

  init(optimizes: Bool = true, sharesMemory: Bool = true, replacement: Replacement? = nil) {
    self.optimizes = optimizes
    self.sharesMemory = sharesMemory
    self.replacement = replacement
  }

  /// As products are made.
  package init(kernels: KernelSet = .chosen) {
    self.init(optimizes: true)
    self.kernels = kernels
  }
}

/// A model cannot be compiled for the given inputs.
public struct PlanError: Error, CustomStringConvertible {
  /// The layer at fault, if there is one.
  public let node: String?
  public let reason: String

  init(node: String? = nil, reason: String) {
    self.node = node
    self.reason = reason
  }

  init(_ error: GraphError) {
    self.init(node: error.node, reason: "(\(error.operation)) \(error.reason)")
  }

  public var description: String { node.map { "layer \"\($0)\" \(reason)" } ?? reason }
}

/// Zeroed memory straight from the system, whose pages are taken only when they are written; in large
/// pages where the system has them, which saves a tenth of the first run.
final class Arena {
  let base: UnsafeMutablePointer<Float>
  /// In values.
  let count: Int
  private let mapping: UnsafeMutableRawPointer
  private let mappingSize: Int

  private static let largePage = 2 << 20

  /// - Throws: ``PlanError`` when there is less memory than that.
  init(count: Int) throws(PlanError) {
    try Arena.check(count)
    self.count = max(count, 1)
    let size = self.count * 4
    // A last large page that is nearly all used is mapped whole, or its part would be taken in hundreds of small ones.
    let rest = size % Arena.largePage
    let mapped = rest > Arena.largePage / 4 * 3 ? size - rest + Arena.largePage : size
    mappingSize = mapped + Arena.largePage
    let memory = mmap(
      nil, mappingSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let memory, memory != MAP_FAILED else {
      throw PlanError(reason: "no memory for \(self.count / 262_144) MB of activations")
    }
    mapping = memory
    let start = memory.alignedUp(toMultipleOf: Arena.largePage)
    madvise(start, mapped, MADV_HUGEPAGE)
    base = start.bindMemory(to: Float.self, capacity: self.count)
  }

  deinit { munmap(mapping, mappingSize) }

  /// Refuses what cannot fit before anything is prepared for it.
  static func check(_ count: Int) throws(PlanError) {
    let physical = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    if count > physical / 4 {
      throw PlanError(
        reason: "activations need \(count / 262_144) MB, the machine has \(physical / 1_048_576)")
    }
  }
}
