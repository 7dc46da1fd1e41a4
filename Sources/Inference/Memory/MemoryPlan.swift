/// Where the values of a graph live in one stretch of memory, the arena.
///
/// Values share memory where nothing is lost: reshapes and channel slices are views of their input, the
/// inputs of a concatenation are written straight into its result, element-wise operations work in
/// place, and values that are never alive together overlap.
struct MemoryPlan {
  /// A value's place: part of a buffer.
  struct Placement: Equatable {
    var buffer: Int
    /// Values from the buffer's start.
    var offset: Int
    /// Values from one row to the next.
    var rowStride: Int
  }

  /// Memory that is one piece while any of its values is alive.
  struct Buffer {
    /// In values.
    var count: Int
    /// The first and the last node that use it.
    var lifetime: ClosedRange<Int>
    /// Values from the arena's start.
    var offset = 0
  }

  /// Offsets are multiples of 64 bytes.
  static let alignment = 16

  /// One per node; nil for constants and for nodes that nobody reads.
  private(set) var placements: [Placement?]
  private(set) var buffers: [Buffer] = []
  /// Values that the arena needs.
  private(set) var count = 0

  /// - Parameter sharesMemory: false gives every value memory of its own (for tests).
  init(_ graph: Graph, sharesMemory: Bool = true) {
    placements = Array(repeating: nil, count: graph.nodes.count)
    let readers = graph.readers
    if sharesMemory {
      placeConcatenations(graph, readers)
    }
    for index in graph.nodes.indices where placements[index] == nil {
      place(index, graph, readers, sharesMemory)
    }
    extendLifetimes(graph, sharesMemory)
    assignOffsets(sharesMemory)
  }

  /// Where the memory begins that is free while a node runs, in values from the arena's start.
  func freeMemory(at index: Int) -> Int {
    var end = 0
    for buffer in buffers where buffer.lifetime.contains(index) {
      end = max(end, buffer.offset + MemoryPlan.aligned(buffer.count))
    }
    return end
  }

  /// Where a value's first element is, in values from the arena's start.
  func offset(_ placement: Placement) -> Int { buffers[placement.buffer].offset + placement.offset }

  private mutating func newBuffer(_ count: Int, at index: Int) -> Int {
    buffers.append(Buffer(count: count, lifetime: index...index))
    return buffers.count - 1
  }

  // MARK: Concatenation

  /// From the last concatenation to the first, so that nested ones land in the outermost.
  private mutating func placeConcatenations(_ graph: Graph, _ readers: [[Int]]) {
    for index in graph.nodes.indices.reversed() {
      let node = graph.nodes[index]
      guard case .concatenation(let axis) = node.operation, !readers[index].isEmpty || graph.isOutput(index)
      else { continue }
      let shape = node.sizes
      let position = axis < 0 ? axis + shape.count : axis
      let isLast = position == shape.count - 1
      // Along an outer axis the parts are blocks only if nothing lies around them.
      if !isLast && shape[..<position].contains(where: { $0 > 1 }) { continue }
      let home: Placement
      if let placed = placements[index] {
        home = placed
      } else {
        let buffer = newBuffer(shape.reduce(1, *), at: index)
        home = Placement(buffer: buffer, offset: 0, rowStride: shape.last ?? 1)
        placements[index] = home
      }
      let rowsPerEntry = isLast ? 0 : shape[(position + 1)..<(shape.count - 1)].reduce(1, *)
      var start = 0
      for input in node.inputs {
        let part = input.index
        if placements[part] == nil && graph.canWriteInto(part, readers) {
          let offset = isLast ? start : start * rowsPerEntry * home.rowStride
          placements[part] = Placement(
            buffer: home.buffer, offset: home.offset + offset, rowStride: home.rowStride)
        }
        start += graph.nodes[part].sizes[position]
      }
    }
  }

  // MARK: Everything else, in order

  private mutating func place(_ index: Int, _ graph: Graph, _ readers: [[Int]], _ sharesMemory: Bool) {
    let node = graph.nodes[index]
    if case .constant = node.operation { return }
    if readers[index].isEmpty && !graph.isOutput(index) && !graph.isInput(index) { return }
    if let view = viewOfInput(index, graph, readers) {
      placements[index] = view
    } else if sharesMemory, let shared = placementInPlace(index, graph, readers) {
      placements[index] = shared
    } else {
      let columns = node.sizes.last ?? 1
      let needsGap = sharesMemory && graph.wantsGaps(index, readers) && graph.canWriteInto(index, readers)
      let rowStride = columns + (needsGap ? MemoryPlan.alignment : 0)
      let buffer = newBuffer(node.sizes.dropLast().reduce(1, *) * rowStride, at: index)
      placements[index] = Placement(buffer: buffer, offset: 0, rowStride: rowStride)
    }
  }

  /// A reshape or a slice of channels needs no memory.
  private func viewOfInput(_ index: Int, _ graph: Graph, _ readers: [[Int]]) -> Placement? {
    let node = graph.nodes[index]
    guard let input = node.inputs.first?.index, let home = placements[input] else { return nil }
    let source = graph.nodes[input].sizes
    switch node.operation {
    case .reshape:
      if home.rowStride == source.last ?? 1 {
        return Placement(buffer: home.buffer, offset: home.offset, rowStride: node.sizes.last ?? 1)
      }
      return source.last == node.sizes.last && !graph.isOutput(index) ? home : nil
    case .slice(let slices):
      guard let first = Slicing(slices: slices).firstChannel(of: source),
        graph.readersAcceptRows(index, readers)
      else { return nil }
      return Placement(buffer: home.buffer, offset: home.offset + first, rowStride: home.rowStride)
    default: return nil
    }
  }

  /// Element-wise work goes into the memory of an input that nobody needs afterwards.
  private func placementInPlace(_ index: Int, _ graph: Graph, _ readers: [[Int]]) -> Placement? {
    let node = graph.nodes[index]
    guard node.operation.definition.memory.overwritesInput else { return nil }
    let isContiguous = { (home: Placement, shape: [Int]) in home.rowStride == shape.last ?? 1 }
    for (position, input) in node.inputs.enumerated() {
      guard let home = placements[input.index], graph.nodes[input.index].sizes == node.sizes,
        isContiguous(home, node.sizes), home.offset == 0,
        buffers[home.buffer].count == node.sizes.reduce(1, *)
      else { continue }
      // Every value in that buffer must be dead, and the other inputs must be elsewhere.
      let tenants = placements.indices.filter { placements[$0]?.buffer == home.buffer }
      let isFree = tenants.allSatisfy { tenant in
        !graph.isOutput(tenant) && readers[tenant].allSatisfy { $0 < index || $0 == index }
      }
      let isAlone = node.inputs.indices.allSatisfy {
        $0 == position || placements[node.inputs[$0].index]?.buffer != home.buffer
          || node.inputs[$0] == input
      }
      if isFree && isAlone { return home }
    }
    return nil
  }

  // MARK: Lifetimes and offsets

  private mutating func extendLifetimes(_ graph: Graph, _ sharesMemory: Bool) {
    func extend(_ buffer: Int, to index: Int) {
      let lifetime = buffers[buffer].lifetime
      buffers[buffer].lifetime = min(lifetime.lowerBound, index)...max(lifetime.upperBound, index)
    }
    for (index, node) in graph.nodes.enumerated() {
      guard let home = placements[index] else { continue }
      // Inputs are written before the first step.
      if graph.isInput(index) { extend(home.buffer, to: 0) }
      if graph.isOutput(index) { extend(home.buffer, to: graph.nodes.count) }
      extend(home.buffer, to: index)
      for input in node.inputs {
        if let source = placements[input.index] { extend(source.buffer, to: index) }
      }
    }
  }

  /// The largest buffers first, each as low as its contemporaries let it.
  private mutating func assignOffsets(_ sharesMemory: Bool) {
    let order = buffers.indices.sorted { (buffers[$1].count, $0) < (buffers[$0].count, $1) }
    var placed: [Int] = []
    for index in order {
      let size = MemoryPlan.aligned(buffers[index].count)
      let conflicts = placed.filter {
        !sharesMemory || buffers[$0].lifetime.overlaps(buffers[index].lifetime)
      }
      var offset = 0
      for other in conflicts.sorted(by: { buffers[$0].offset < buffers[$1].offset }) {
        if buffers[other].offset >= offset + size { break }
        offset = max(offset, buffers[other].offset + MemoryPlan.aligned(buffers[other].count))
      }
      buffers[index].offset = offset
      placed.append(index)
      count = max(count, offset + size)
    }
  }

  static func aligned(_ count: Int) -> Int {
    (count + MemoryPlan.alignment - 1) / MemoryPlan.alignment * MemoryPlan.alignment
  }
}
