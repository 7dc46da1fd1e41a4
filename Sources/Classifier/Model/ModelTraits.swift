import Imaging
import Inference
import Keras

/// What can be learned from a model about the settings it needs, beyond its shapes. `thimble check` and `inspect` show it.
public struct ModelTraits: Sendable {
  struct Output {
    let name: String
    let kind: OutputKind
    /// Batch first.
    let shape: Shape
  }

  let scaling: InputScaling
  let backbone: Backbone?
  let isOfKeras3: Bool
  let outputs: [Output]

  public init(_ model: KerasModel) {
    self.init(
      model.graph, isOfKeras3: model.kerasVersion.split(separator: ".").first.flatMap { Int($0) } ?? 0 >= 3)
  }

  init(_ graph: Graph, isOfKeras3: Bool) {
    scaling = graph.inputs.first.map { graph.scaling(of: $0.value) } ?? InputScaling()
    backbone = Backbone.within(graph)
    self.isOfKeras3 = isOfKeras3
    outputs = graph.outputs.map {
      Output(name: $0.name, kind: graph.kind(of: $0.value), shape: graph.shape(of: $0.value))
    }
  }

  /// What is to be said of a model by itself.
  public var notes: [String] {
    var notes: [String] = []
    if scaling.takesPixels {
      notes.append("it scales values of 0...255 itself: leave input.preprocess out")
    } else if scaling.takesShares {
      notes.append("it standardises values of about 0...1 itself: see input.preprocess unit")
    } else if let backbone {
      notes.append("\(backbone.text): its input.preprocess is \(backbone.preprocess.name ?? "")")
    }
    for output in outputs {
      let start = "output \"\(output.name)\""
      if output.shape.dropFirst().count(where: { $0 != 1 }) > 1 {
        notes.append("\(start) is a map, not a list with a score for each class")
      } else if output.kind == .unbounded {
        notes.append("\(start) is not followed by softmax or sigmoid: output.activation is needed")
      } else if output.kind == .exponential {
        notes.append("\(start) comes from an exponential: it is not a probability")
      } else if output.kind == .unknown {
        notes.append("\(start) is of unknown kind: its values are taken as scores")
      }
    }
    return notes
  }

  /// What is probably wrong with a configuration of the model.
  public func warnings(_ model: ModelConfiguration) -> [String] {
    var warnings: [String] = []
    let (input, preprocess) = (model.input, model.input.preprocess)
    if scaling.takesPixels, preprocess != .none {
      warnings.append(
        "the model scales values of 0...255 itself, and input.preprocess does so too: leave it out")
    } else if preprocess == .none, scaling.takesShares {
      warnings.append(
        "the model standardises values of about 0...1 itself, but is given 0...255: is input.preprocess unit missing?"
      )
    } else if preprocess == .none, !scaling.takesPixels, let backbone {
      warnings.append(
        "\(backbone.text), which is trained with preprocess_input, but no input.preprocess is set: "
          + "it is \(backbone.preprocess.name ?? "")")
    }
    if input.resize == nil, scaling.takesPixels || isOfKeras3 {
      warnings.append(
        "input.resize is not set, so it is nearest, as in load_img: a model that was trained by "
          + "image_dataset_from_directory or another tf.data pipeline needs tf-bilinear")
    }
    return warnings
  }
}

extension Backbone {
  fileprivate var text: String { "its layers are those of keras.applications' \(name)" }
}
