import HDF5

/// All that is in an HDF5 file, by all ways to read it.
struct HDF5Target: FuzzTarget {
  /// Values that a dataset may have to be read.
  private static let valueLimit = 1 << 20

  private let file = InputFile()

  func run(_ input: UnsafeRawBufferPointer) {
    file.write(input)
    guard let file = try? HDF5File(path: file.path), let root = try? file.root else { return }
    var walk = Walk()
    walk.visit(root, depth: 0)
  }

  private struct Walk {
    /// Groups and datasets that may still be read: links may go in circles, and a thousand may lead to one dataset.
    private var objectsLeft = 200
    private var visited: Set<Int> = []

    mutating func visit(_ group: HDF5Group, depth: Int) {
      guard depth < 16, visited.insert(group.identity).inserted else { return }
      for name in (try? group.attributeNames()) ?? [] { read(try? group.attribute(name)) }
      for name in (try? group.names()) ?? [] where objectsLeft > 0 {
        objectsLeft -= 1
        switch try? group.child(name) {
        case .group(let child)?: visit(child, depth: depth + 1)
        case .dataset(let dataset)?: read(dataset)
        case .datatype?, nil: break
        }
      }
    }

    private func read(_ attribute: HDF5Attribute?) {
      guard let attribute else { return }
      _ = try? attribute.strings()
      _ = try? attribute.bytes()
      if let values = try? attribute.floats() {
        expect(values.count == attribute.count, "\(values.count) of \(attribute.count) values")
      }
    }

    private func read(_ dataset: HDF5Dataset) {
      for name in (try? dataset.attributeNames()) ?? [] { read(try? dataset.attribute(name)) }
      expect(
        dataset.shape.reduce(1, &*) == dataset.count || dataset.count == 0, "the count is not the shape's")
      guard dataset.count <= HDF5Target.valueLimit else { return }
      _ = try? dataset.readStrings()
      var values = [Float](repeating: 0, count: dataset.count)
      let isRead = values.withUnsafeMutableBufferPointer { (try? dataset.readFloats(into: $0)) != nil }
      guard let mapped = dataset.mappedFloats() else { return }
      let isSame = zip(mapped, values).allSatisfy { $0.bitPattern == $1.bitPattern }
      expect(isRead && mapped.count == values.count && isSame, "mapped values are others than those read")
    }
  }
}
