extension Canonicalization {
  /// Contracts the inputs from left to right, two at a time.
  mutating func einsum(_ einsum: Einsum, _ inputs: [Graph.ValueID], _ name: String) throws(ShapeError)
    -> Graph.ValueID
  {
    var value = inputs[0]
    var letters = einsum.inputs[0]
    for index in 1..<max(inputs.count, 1) {
      // What later inputs or the output read has to stay.
      let needed = Set(einsum.output + einsum.inputs[(index + 1)...].joined())
      (value, letters) = try contract(value, letters, inputs[index], einsum.inputs[index], needed, name)
    }
    (value, letters) = try sumOut(value, letters, keeping: Set(einsum.output), name)
    return try transpose(value, einsum.output.compactMap { letters.firstIndex(of: $0) }, name)
  }

  /// Sums over the axes whose letters nobody reads.
  private mutating func sumOut(
    _ value: Graph.ValueID, _ letters: [Character], keeping needed: Set<Character>, _ name: String
  ) throws(ShapeError) -> (Graph.ValueID, [Character]) {
    let axes = letters.indices.filter { !needed.contains(letters[$0]) }
    if axes.isEmpty { return (value, letters) }
    do throws(GraphError) {
      let sum = try emit(.reduction(.sum, axes: axes, keepDimensions: false), [value], name: name)
      return (sum, letters.filter { needed.contains($0) })
    } catch {
      throw ShapeError(reason: error.reason)
    }
  }

  /// One matmul: axes of both inputs that stay are its batch, axes of both that go are summed.
  private mutating func contract(
    _ a: Graph.ValueID, _ aLetters: [Character], _ b: Graph.ValueID, _ bLetters: [Character],
    _ needed: Set<Character>, _ name: String
  ) throws(ShapeError) -> (Graph.ValueID, [Character]) {
    let (a, aLetters) = try sumOut(a, aLetters, keeping: needed.union(bLetters), name)
    let (b, bLetters) = try sumOut(b, bLetters, keeping: needed.union(aLetters), name)
    let batch = aLetters.filter { bLetters.contains($0) && needed.contains($0) }
    let summed = aLetters.filter { bLetters.contains($0) && !needed.contains($0) }
    let rows = aLetters.filter { !bLetters.contains($0) }
    let columns = bLetters.filter { !aLetters.contains($0) }
    var sizes: [Character: Int] = [:]
    for (letter, size) in zip(aLetters + bLetters, self.sizes(a) + self.sizes(b)) { sizes[letter] = size }
    func product(_ letters: [Character]) -> Int { letters.reduce(1) { $0 * (sizes[$1] ?? 1) } }

    // Operands that already end with the summed axes are read transposed instead of moved.
    let aIsTransposed = aLetters == batch + summed + rows && aLetters != batch + rows + summed
    let bIsTransposed = bLetters == batch + columns + summed && bLetters != batch + summed + columns
    let left = try arrange(a, aLetters, aIsTransposed ? [batch, summed, rows] : [batch, rows, summed], name)
    let right = try arrange(
      b, bLetters, bIsTransposed ? [batch, columns, summed] : [batch, summed, columns], name)
    let result = try add(
      .matMul(transposeA: aIsTransposed, transposeB: bIsTransposed), [left, right], name)
    let letters = batch + rows + columns
    return (try reshape(result, letters.compactMap { sizes[$0] }, name), letters)
  }

  /// Moves axes into groups, each merged into one axis.
  private mutating func arrange(
    _ value: Graph.ValueID, _ letters: [Character], _ groups: [[Character]], _ name: String
  ) throws(ShapeError) -> Graph.ValueID {
    let permutation = groups.joined().compactMap { letters.firstIndex(of: $0) }
    let moved = try transpose(value, permutation, name)
    let sizes = sizes(value)
    let merged = groups.map { group in
      group.reduce(1) { product, letter in product * (letters.firstIndex(of: letter).map { sizes[$0] } ?? 1) }
    }
    return try reshape(moved, merged, name)
  }
}
