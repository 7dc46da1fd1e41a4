import ArgumentParser
import Classifier
import Inference
import Keras

/// `thimble inspect`: what a model is made of, and how it is computed.
struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", _superCommandName: "thimble",
    abstract: "List a model's layers, what each costs and which were fused.",
    discussion: """
      FLOPs are multiplications plus additions of one run. "computed by" names the kernel that does a layer's \
      work, "in X" says that layer X does it as well, "-" that nothing is left to do at inference. At the end stands \
      what the model says about the settings that a thimble.json needs.

      Examples:
        thimble inspect model.h5
        thimble inspect model.keras --shape 1x320x320x3 --json
        thimble inspect weights.h5 --config model.json
      """)

  @OptionGroup var model: ModelOptions
  @OptionGroup var shapes: ShapeOptions

  @Flag(help: "Print one JSON document.")
  var json = false

  func run() throws {
    try model.check()
    // Such a file is refused, but what it holds helps to find the model that it belongs to.
    if !json, model.config == nil, let weights = try WeightList(path: model.model), !weights.layers.isEmpty {
      var table = Table(("layer", .left), ("weights", .left))
      for layer in weights.layers {
        table.add(layer.name, layer.shapes.map { Format.shape($0) }.joined(separator: "  "))
      }
      Terminal.show(table.text)
    }
    let report = try Refusal.shown(json: json) {
      try Progress.during("reading \(model.model)") { progress in
        let workers = Workers(count: 1)
        let model = try model.load(workers)
        progress.now("preparing \(model.path)")
        let shapes = try shapes.shapes(for: model)
        return Inspection(model, try model.compile(shapes, workers))
      }
    }
    if json {
      try JSONOutput.print(report)
    } else {
      Terminal.show(report.text)
    }
  }
}

/// A model beside the plan that was made of it.
struct Inspection: Encodable {
  struct Port: Encodable {
    var name: String
    /// Batch first; null where the model leaves a size open.
    var shape: [Int?]
    /// In the plan.
    var plannedShape: [Int]
  }

  struct Layer: Encodable {
    var name, className: String
    /// Whether weights are whole numbers with scales, as `model.quantize` makes them.
    var isQuantized: Bool
    var outputShape: [Int?]
    var parameters: Int
    var flops: Double
    /// The kernels that do its work, in order.
    var kernels: [String]
    /// The layer whose kernel does its work as well.
    var fusedInto: String?
  }

  var file, name, kerasVersion: String
  var inputs, outputs: [Port]
  var layers: [Layer]
  var parameters: Int
  /// Multiplications plus additions of one run.
  var flops: Double
  /// Steps of one run.
  var steps: Int
  /// Weights as they are in the file, and memory for activations.
  var weightBytes, arenaBytes: Int
  /// What the model says about the settings that it needs.
  var notes: [String]

  init(_ model: KerasModel, _ plan: Plan) {
    file = model.path
    name = model.name
    kerasVersion = model.kerasVersion
    inputs = zip(model.graph.inputs, plan.inputs).map { Port(model.graph, $0, $1) }
    outputs = zip(model.graph.outputs, plan.outputs).map { Port(model.graph, $0, $1) }
    let steps = plan.steps
    layers = model.layers.map { layer in
      // The layers of a nested model are named after it.
      func isPart(_ name: String) -> Bool { name == layer.name || name.hasPrefix(layer.name + "/") }
      let own = steps.filter { isPart($0.name) }
      return Layer(
        name: layer.name, className: layer.className, isQuantized: layer.isQuantized,
        outputShape: layer.outputShape,
        parameters: layer.parameters, flops: own.reduce(0) { $0 + $1.flops }, kernels: own.map(\.kernel),
        fusedInto: own.isEmpty ? steps.first { $0.fused.contains(where: isPart) }?.name : nil)
    }
    parameters = model.layers.reduce(0) { $0 + $1.parameters }
    flops = steps.reduce(0) { $0 + $1.flops }
    self.steps = steps.count
    weightBytes = plan.weightBytes
    arenaBytes = plan.arenaBytes
    notes = ModelTraits(model).notes
  }

  var text: String {
    var lines = ["\(name), Keras \(kerasVersion.isEmpty ? "of unknown version" : kerasVersion): \(file)"]
    for input in inputs { lines.append("input   \(input.name) \(Format.shape(input.shape))") }
    for output in outputs { lines.append("output  \(output.name) \(Format.shape(output.shape))") }
    var table = Table(
      ("layer", .left), ("class", .left), ("output", .left), ("parameters", .right), ("MFLOP", .right),
      ("computed by", .left))
    for layer in layers {
      table.add(
        layer.name, layer.className + (layer.isQuantized ? ", quantized" : ""),
        Format.shape(layer.outputShape), Format.count(layer.parameters),
        layer.flops > 0 ? Format.fixed(layer.flops / 1e6, 1) : "", layer.work)
    }
    let shapes = inputs.map { Format.shape($0.plannedShape) }.joined(separator: ", ")
    lines += ["", table.text, ""]
    lines.append("\(Format.count(parameters)) parameters in \(layers.count) layers")
    lines.append("\(Format.fixed(flops / 1e9, 3)) GFLOP in \(steps) steps for \(shapes)")
    lines.append(
      "memory: \(Format.megabytes(weightBytes)) of weights, \(Format.megabytes(arenaBytes)) for activations")
    lines += notes.map { "note: \($0)" }
    return lines.joined(separator: "\n")
  }
}

extension Inspection.Port {
  init(_ graph: Graph, _ port: Graph.Port, _ planned: PlanPort) {
    self.init(name: port.name, shape: graph.shape(of: port.value), plannedShape: planned.shape)
  }
}

extension Inspection.Layer {
  var work: String {
    if let fusedInto { return "in \(fusedInto)" }
    switch kernels.count {
    case 0: return "-"
    case 1: return kernels[0]
    default: return "\(kernels.count) steps"
    }
  }
}
