import System

/// Layers that a model and the models nested in it share: a `.keras` archive describes them at each of their
/// places, and has their weights at the first that Keras reaches, depth first.
struct SharedLayers {
  /// Places without weights, with those that have them.
  private var places: [(layer: LayerDescription, original: LayerDescription)] = []
  /// The ids of layers whose weights are sure to be elsewhere.
  private var elsewhere: Set<Int> = []
  /// By a layer's id, an earlier layer that may be the same: Keras forgets to mark the first place of a layer
  /// that it first finds in a nested model.
  private var likely: [Int: LayerDescription] = [:]

  init(_ model: ModelDescription) {
    var search = Search()
    visit(model.layers, &search)
  }

  /// What has been reached.
  private struct Search {
    var marked: [Int: LayerDescription] = [:]
    /// By class and name.
    var unmarked: [[ByteKey]: LayerDescription] = [:]
  }

  private mutating func visit(_ layers: [LayerDescription], _ search: inout Search) {
    for layer in layers where !layer.isOperation {
      let key = [ByteKey(layer.className), ByteKey(layer.name)]
      if let shared = layer.sharedID {
        if let original = search.marked[shared] {
          places.append((layer, original))
          elsewhere.insert(layer.id)
          continue
        }
        search.marked[shared] = layer
        likely[layer.id] = search.unmarked[key]
      } else if search.unmarked[key] == nil {
        search.unmarked[key] = layer
      }
      visit(layer.children, &search)
    }
  }

  /// Whether the archive should have weights at this place of a layer, of its own or of one within it.
  func stores(_ layer: LayerDescription) throws(KerasError) -> Bool {
    if elsewhere.contains(layer.id) { return false }
    if try !layer.ownWeights().isEmpty { return true }
    for child in layer.children where try stores(child) { return true }
    return false
  }

  /// Takes the weights of a layer, of which the archive has none here, from another place of it.
  /// - Returns: whether there may be one.
  mutating func findsElsewhere(_ layer: LayerDescription) -> Bool {
    guard let original = likely[layer.id] else { return false }
    places.append((layer, original))
    return true
  }

  /// Places without weights, with those that have them, in the order in which layers are described: an
  /// original comes before its copies.
  var inOrder: [(layer: LayerDescription, original: LayerDescription)] {
    places.sorted { $0.layer.id < $1.layer.id }
  }
}
