import Glibc
import Imaging
import Inference
import Keras
import S3
import System

/// A model that is ready to run: takes the bytes of an image file, gives labels with scores.
///
/// For one thread at a time. Running the model takes no
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
  /// Which of the plan's outputs counts.
  private let head: Int
  /// For errors.
  private let subject: String
  /// An image's numbers, channels last.
  private var image: [Float]

  /// Loads and compiles a model.
  /// - Parameters:
  ///   - path: its file.
  ///   - labels: in the order of its outputs; empty: outputs are numbered from 0. A model with one output (the
  ///     probability of something) takes one label, or two: for 0, then for 1.
  ///   - threads: that compute.
  /// - Throws: a file that cannot be used, a configuration or labels that do not fit the model.
  public convenience init(
    model path: String, labels: [String] = [], input: InputConfiguration = InputConfiguration(),
    output: OutputConfiguration = OutputConfiguration(), threads: Int = 1
  ) throws(ClassifierError) {
    let workers = Workers(count: threads)
    let model = try Self.read(path, arrival: nil, subject: path, config: nil, workers: workers)
    try self.init(
      model.graph, subject: path, labels: labels, input: input.completed(by: model.resizing), output: output,
      limits: ImageLimits(), workers: workers)
  }

  /// Reads a model's file.
  /// - Parameters:
  ///   - arrival: waits for parts of the file that are still on their way; nil: it is there.
  ///   - subject: what errors name: where the file came from.
  ///   - config: the JSON that describes a model of which the file has the weights only, with its name.
  static func read(
    _ path: String, arrival: (any FileArrival)?, subject: String, config: (text: [UInt8], name: String)?,
    workers: Workers, verifiesWeights: Bool = false, customObjects: CustomObjects = CustomObjects()
  ) throws(ClassifierError) -> KerasModel {
    do throws(KerasError) {
      return try KerasModel(
        path: path, config: config, workers: workers, arrival: arrival, verifiesWeights: verifiesWeights,
        customObjects: customObjects)
    } catch {
      let named = error.path == path ? error.naming(subject) : error
      // A description of its own is a setting.
      throw ClassifierError(error.path == path ? .model : .configuration, reason: "\(named)")
    }
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
      let names = plan.outputs.map(\.name)
      head = try ImageClassifier.place(of: output.head, among: names)
      let outputFormat = try OutputFormat(
        name: names[head], shape: plan.outputs[head].shape, kind: graph.kind(of: graph.outputs[head].value),
        activation: output.activation, head: ImageClassifier.otherHeads(than: head, among: names))
      ranking = try Ranking(labels: labels, output: output, format: outputFormat)
    } catch {
      throw error.naming(subject)
    }
    image = [Float](repeating: 0, count: format.pipeline.count)
  }

  private static func place(of head: OutputConfiguration.Head?, among names: [String])
    throws(ClassifierError) -> Int
  {
    if names.isEmpty { throw ClassifierError(.model, reason: "the model has no output") }
    let wanted: String
    switch head {
    case nil: return 0
    case .index(let index):
      if names.indices.contains(index) { return index }
      wanted = "\(index)"
    case .name(let name):
      if let index = names.firstIndex(where: { $0.isSameBytes(as: name) }) { return index }
      wanted = "\"\(name)\""
    }
    throw ClassifierError(
      .configuration, reason: "the model has no output \(wanted), which \"head\" names; it has \(list(names))"
    )
  }

  private static func list(_ names: [String]) -> String {
    names.enumerated().map { "\($0) (\"\($1)\")" }.joined(separator: ", ")
  }

  /// What to do where an output is not one of scores.
  private static func otherHeads(than head: Int, among names: [String]) -> String {
    names.count == 1
      ? "train such layers on top of it (output.head chooses among outputs, but it has no other)"
      : "choose another of its outputs with output.head: \(list(names))"
  }

  /// Classifies one image.
  /// - Parameter image: the bytes of a PNG, JPEG, BMP or PNM file.
  public func classify(_ image: UnsafeRawBufferPointer) throws(ClassifierError) -> Classification {
    let start = Clock.monotonic * 1e3
    try load(image)
    let decoded = Clock.monotonic * 1e3
    let labels = try run()
    return Classification(
      labels: labels, decodeMilliseconds: decoded - start, runMilliseconds: Clock.monotonic * 1e3 - decoded)
  }

  /// Decodes an image to the model's input.
  func load(_ bytes: UnsafeRawBufferPointer) throws(ClassifierError) {
    try load { pipeline, buffer throws(ImagingError) in try pipeline.load(bytes, into: buffer) }
  }

  /// Decodes an image while it arrives.
  func load(_ source: any ArrivingBytes) throws(ClassifierError) {
    try load { pipeline, buffer throws(ImagingError) in try pipeline.load(source, into: buffer) }
  }

  private func load(
    _ read: (ImagePipeline, UnsafeMutableBufferPointer<Float>) throws(ImagingError) -> Void
  ) throws(ClassifierError) {
    do throws(ImagingError) {
      try image.withUnsafeMutableBufferPointer { buffer throws(ImagingError) in
        try read(format.pipeline, buffer)
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

  /// Packs a slice of the model's weights, so that later runs are faster: see `Plan.packNext()`.
  /// - Returns: whether there is more to pack.
  public func packNext() -> Bool { plan.packNext() }

  /// Packs all that is left of the model's weights: see `Plan.packAll()`.
  public func packAll() { plan.packAll() }

  /// Runs the model on the image that was loaded.
  func run() throws(ClassifierError) -> [Classification.Label] {
    image.withUnsafeBufferPointer { format.arrange($0, into: plan.inputs[0].values) }
    plan.run()
    do throws(ClassifierError) {
      return try ranking(plan.outputs[head].values)
    } catch {
      throw error.naming(subject)
    }
  }
}
