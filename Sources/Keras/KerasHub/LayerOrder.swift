import System

// Keras lists the layers of a functional model, and counts those of a class, by their distance from the outputs; those
// at the same distance in the order in which a search from the outputs, depth first, meets them. `map_graph` in
// https://github.com/keras-team/keras/blob/master/keras/src/ops/function.py

extension [LayerDescription] {
  /// The same layers as Keras orders them; those that no output depends on are left out.
  /// - Precondition: each reads only layers before it, and is called once.
  func inKerasOrder(outputs: [TensorReference]) -> [LayerDescription] {
    let places = Dictionary(enumerated().map { (ByteKey($1.name), $0) }) { first, _ in first }
    let readers = map { layer in
      layer.calls.flatMap(\.dependencies).compactMap { places[ByteKey($0.layer)] }
    }
    var met: [Int] = []
    var isMet = [Bool](repeating: false, count: count)
    // Depth first, without recursion: a file decides how deep it goes.
    var waiting: [Int] = outputs.compactMap { places[ByteKey($0.layer)] }.reversed()
    while let place = waiting.popLast() {
      if isMet[place] { continue }
      isMet[place] = true
      met.append(place)
      waiting += readers[place].reversed()
    }
    var distance = [Int](repeating: 0, count: count)
    for place in indices.reversed() where isMet[place] {
      for source in readers[place] { distance[source] = Swift.max(distance[source], distance[place] + 1) }
    }
    let order = met.enumerated().sorted {
      (distance[$1.element], $0.offset) < (distance[$0.element], $1.offset)
    }
    return order.map { self[$0.element] }
  }
}
