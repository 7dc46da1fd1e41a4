import Glibc
import Imaging
import Inference
import Keras

/// A model that is ready to run: takes the bytes of an image file, gives labels with scores.
///
/// For one thread at a time. Of a model with several outputs the first counts. Running the model takes no
/// memory; decoding takes what the image needs.
public final class ImageClassifier {
  /// How images become the model's input.
  public var pipeline: ImagePipeline { format.pipeline }
  /// In the order of the model's outputs.
  public var labels: [String] { ranking.labels }
  /// Memory that the model keeps while it is ready: weights and activations.
  public var byteCount: Int { plan.weightBytes + plan.arenaBytes }

  private let format: InputFormat
  private let ranking: Ranking
  private let plan: Plan
  /// For errors.
  private let subject: String
  /// An image's numbers, channels last.
  private var image: [Float]

  /// Loads and compiles a model.
  /// - Parameters:
  ///   - path: its file.
  ///   - labels: in the order of its outputs; empty: outputs are numbered from 0. A model with one output (the
  ///     probability of something) takes one label, or two: of what is not the case, then of what is.
  ///   - threads: that compute.
  /// - Throws: a file that cannot be used, a configuration or labels that do not fit the model.
  public convenience init(
    model path: String, labels: [String] = [], input: InputConfiguration = InputConfiguration(),
    output: OutputConfiguration = OutputConfiguration(), threads: Int = 1
  ) throws(ClassifierError) {
    try self.init(
      model: path, subject: path, labels: labels, input: input, output: output, limits: ImageLimits(),
      workers: Workers(count: threads))
  }

  /// - Parameter subject: what errors name: where the file came from.
  convenience init(
    model path: String, subject: String, labels: [String], input: InputConfiguration,
    output: OutputConfiguration, limits: ImageLimits, workers: Workers
  ) throws(ClassifierError) {
    let graph: Graph
    do throws(KerasError) {
      graph = try KerasModel(path: path).graph
    } catch {
      let named = KerasError(
        path: subject, layer: error.layer, className: error.className, reason: error.reason,
        remedy: error.remedy)
      throw ClassifierError(.model, reason: "\(named)")
    }
    try self.init(
      graph, subject: subject, labels: labels, input: input, output: output, limits: limits, workers: workers)
  }

  init(
    _ graph: Graph, subject: String, labels: [String], input: InputConfiguration,
    output: OutputConfiguration, limits: ImageLimits, workers: Workers
  ) throws(ClassifierError) {
    self.subject = subject
    do throws(ClassifierError) {
      guard let port = graph.inputs.first, graph.inputs.count == 1 else {
        throw ClassifierError(
          .model, reason: "the model has \(graph.inputs.count) inputs; an image classifier has one")
      }
      format = try InputFormat(graph.shape(of: port.value), input, limits: limits)
      do throws(PlanError) {
        plan = try Plan(graph, inputShapes: [format.shape], workers: workers)
      } catch {
        throw ClassifierError(.model, reason: "\(error)")
      }
      guard let first = plan.outputs.first else {
        throw ClassifierError(.model, reason: "the model has no output")
      }
      ranking = try Ranking(labels: labels, output: output, shape: first.shape)
    } catch {
      throw error.naming(subject)
    }
    image = [Float](repeating: 0, count: format.pipeline.count)
  }

  /// Classifies one image.
  /// - Parameter image: the bytes of a PNG or JPEG file.
  public func classify(_ image: UnsafeRawBufferPointer) throws(ClassifierError) -> Classification {
    let start = Clock.milliseconds
    try load(image)
    let decoded = Clock.milliseconds
    let labels = try run()
    return Classification(
      labels: labels, decodeMilliseconds: decoded - start, runMilliseconds: Clock.milliseconds - decoded)
  }

  /// Decodes an image to the model's input.
  func load(_ bytes: UnsafeRawBufferPointer) throws(ClassifierError) {
    do throws(ImagingError) {
      try image.withUnsafeMutableBufferPointer { buffer throws(ImagingError) in
        try format.pipeline.load(bytes, into: buffer)
      }
    } catch {
      throw ClassifierError(.image, reason: error.reason)
    }
  }

  /// Takes the image that another model has loaded, where both want the same numbers.
  /// - Returns: whether they do.
  func load(from other: ImageClassifier) -> Bool {
    guard other.pipeline == pipeline else { return false }
    image = other.image
    return true
  }

  /// Runs the model on the image that was loaded.
  func run() throws(ClassifierError) -> [Classification.Label] {
    image.withUnsafeBufferPointer { format.arrange($0, into: plan.inputs[0].values) }
    plan.run()
    do throws(ClassifierError) {
      return try ranking(plan.outputs[0].values)
    } catch {
      throw error.naming(subject)
    }
  }
}
