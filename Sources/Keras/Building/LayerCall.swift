import Inference
import JSON

/// One call of a layer: all that a ``LayerClass`` builds it from.
struct LayerCall {
  let description: LayerDescription
  let weights: LayerWeights
  let arguments: CallArguments<Graph.ValueID>

  var configuration: LayerConfiguration { description.configuration }
  /// The name that the layer's operations have in the graph.
  var path: String { description.identity.path }
  var version: KerasVersion { description.configuration.version }

  /// A call of an operation within the layer.
  func operation(
    _ parameters: JSONObject, _ arguments: CallArguments<Graph.ValueID>, version: KerasVersion? = nil
  ) -> LayerCall {
    LayerCall(
      description: LayerDescription(
        id: description.id, name: description.name, className: description.className, isTrainable: true,
        configuration: LayerConfiguration(
          identity: description.identity, version: version ?? self.version, values: parameters),
        calls: [], isOperation: true, content: .plain),
      weights: weights, arguments: arguments)
  }

  func error(_ reason: String, remedy: String? = nil) -> KerasError {
    description.identity.error(reason, remedy: remedy)
  }

  /// The same call of the layer with other values of some keys.
  func replacing(_ members: [JSONObject.Member]) -> LayerCall {
    var description = description
    description.configuration = description.configuration.replacing(members)
    return LayerCall(description: description, weights: weights, arguments: arguments)
  }

  /// The tensors of the first argument: one, or a list of them.
  func inputs() -> [Graph.ValueID] {
    (arguments.positional.first ?? arguments.argument(0, "inputs") ?? arguments.keywords.first?.value)?
      .tensors ?? []
  }

  /// The one tensor that most layers take.
  func input() throws(KerasError) -> Graph.ValueID {
    let inputs = inputs()
    guard inputs.count == 1 else { throw error("it takes one input, it is given \(inputs.count)") }
    return inputs[0]
  }
}
