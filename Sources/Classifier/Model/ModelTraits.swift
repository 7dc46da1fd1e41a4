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
  /// What the model's own preprocessor does; nil: it has none.
  let resizing: ImageResizing?
  let outputs: [Output]

  public init(_ model: KerasModel) {
    self.init(
      model.graph, resizing: model.resizing,
      // KerasHub's backbones have names of layers in common with those of keras.applications, not what they take.
      isOfApplications: !model.layers.contains { $0.className.hasPrefix("keras_hub>") })
  }

  init(_ graph: Graph, resizing: ImageResizing? = nil, isOfApplications: Bool = true) {
    self.resizing = resizing
    scaling = graph.inputs.first.map { graph.scaling(of: $0.value) } ?? InputScaling()
    backbone = isOfApplications ? Backbone.within(graph) : nil
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
    if let resizing { notes.append("\(resizing.text): \(resizing.advice)") }
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
    let (input, preprocess) = (model.input, model.input.arithmetic)
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
    if let resizing {
      let pipeline = input.completed(by: resizing).pipeline(height: 1, width: 1)
      if pipeline.resize != resizing.filter || pipeline.fit != resizing.fit {
        warnings.append("\(resizing.text), the settings do not: \(resizing.advice)")
      }
    } else if input.resize == nil, input.pipeline == nil {
      warnings.append(
        "neither input.pipeline nor input.resize is set, so images are resized as by load_img (nearest): a model that "
          + "was trained otherwise, by image_dataset_from_directory for example, would get other pixels and other labels"
      )
    }
    return warnings
  }
}

extension Backbone {
  fileprivate var text: String { "its layers are those of keras.applications' \(name)" }
}
