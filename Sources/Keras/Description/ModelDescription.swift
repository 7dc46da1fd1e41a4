import System

/// A model, or a model nested in one, as its configuration describes it.
struct ModelDescription: Sendable {
  let name: String
  let kind: Kind
  let layers: [LayerDescription]
  /// False: all weights count as not trainable, which decides their order in a file.
  let isTrainable: Bool
  /// The library whose code made the layers of a constructor's arguments; nil: the file describes them.
  var library: String?

  enum Kind: Sendable {
    /// Each layer reads the one before.
    /// - Parameter inputShape: batch included; nil where the configuration does not say, and for a nested model.
    case sequential(inputShape: [Int?]?)
    /// Layers read what their calls say.
    case functional(inputs: [Port], outputs: [Port])
  }

  /// The layer that a port names; nil if it does not exist.
  func layer(of port: Port) -> LayerDescription? {
    layers.first { $0.name.isSameBytes(as: port.reference.layer) }
  }

  /// An input or output of a functional model.
  struct Port: Sendable {
    let name: String
    let reference: TensorReference
  }
}

/// A layer as its model's configuration describes it.
struct LayerDescription: Sendable {
  /// Identifies the layer among all layers of the file, nested ones included.
  let id: Int
  let name: String
  /// The class that it is built as: the file's, or one that computes the same.
  let className: String
  /// Whether its weights are trained: untrained ones come last in the weights of a nested model.
  let isTrainable: Bool
  var configuration: LayerConfiguration
  /// The calls, in order; none within a sequential model.
  var calls: [CallArguments<TensorReference>]
  /// Whether the class is one of `keras.ops` (an `Add` may be a layer, or `keras.ops.add`).
  let isOperation: Bool
  /// What `.keras` files give all places of one layer that a model and those nested in it share.
  var sharedID: Int?
  let content: Content
  /// Where a `.keras` archive keeps a part of a layer, below that layer's group; nil: by its class, among the layers of
  /// a model.
  var archivePlace: String?
  /// A name that is in the paths of its weights in a `.h5` file; nil: nothing is known of them.
  var savedName: String?

  enum Content: Sendable {
    case plain
    /// A nested model.
    case model(ModelDescription)
    /// A layer that applies another one, such as TimeDistributed.
    case wrapper([LayerDescription])
  }

  var identity: LayerIdentity { configuration.identity }
  /// Whether it stands for a variable that a layer has itself: a part, as which no file describes a layer.
  var isVariable: Bool { archivePlace != nil && className == LayerClass.variableName }
}
