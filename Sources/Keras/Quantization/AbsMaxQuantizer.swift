import Inference
import JSON

/// `keras.quantizers.AbsMaxQuantizer`: whole numbers on a scale that gives the largest value the end of the range.
struct AbsMaxQuantizer: Sendable, Equatable {
  var low: Float = -127
  var high: Float = 127
  /// Added to the largest value, which may be 0.
  var epsilon: Float = 1e-7
}

extension AbsMaxQuantizer {
  /// Reads the serialized quantizer of a layer's inputs.
  /// - Returns: nil for `null`, which means that the inputs are not quantized.
  init?(_ json: JSONValue, of layer: LayerConfiguration) throws(KerasError) {
    if json.isNull { return nil }
    guard let quantizer = ClassReference(json), quantizer.foreignModule == nil,
      quantizer.name == "AbsMaxQuantizer", let values = json["config"],
      let range = values["value_range"]?.unwrapped.array?.allIntegers, range.count == 2,
      range[0] >= -128, range[0] <= range[1], range[1] <= 127,
      let epsilon = values["epsilon"]?.real, values["output_dtype"]?.string ?? "int8" == "int8"
    else {
      throw layer.identity.error(
        "its inputs are not quantized to int8 by Keras' own AbsMaxQuantizer",
        remedy: "quantize the model with keras.quantizers.AbsMaxQuantizer, or save it before it is quantized")
    }
    self.init(low: Float(range[0]), high: Float(range[1]), epsilon: Float(epsilon))
  }
}

extension GraphBuilder {
  /// Whole numbers in the place of values, and the scale that each was multiplied with.
  ///
  /// The operations and their order are Keras' (`abs_max_quantize`): what is rounded must be the same to the last bit.
  /// - Parameter axes: those over which the largest value is looked for.
  /// - Returns: the scale has size 1 in these axes.
  mutating func quantize(
    _ value: Graph.ValueID, over axes: [Int], _ quantizer: AbsMaxQuantizer, _ layer: LayerCall
  ) throws(KerasError) -> (values: Graph.ValueID, scale: Graph.ValueID) {
    let sizes = try add(.unary(.abs), [value], layer)
    // Of no axes each value is the largest; to a reduction they would be all.
    let largest =
      try axes.isEmpty
      ? sizes : add(.reduction(.max, axes: axes, keepDimensions: true), [sizes], layer)
    let divisor = try add(.unary(.linear(scale: 1, offset: quantizer.epsilon)), [largest], layer)
    let end = constant(Tensor(shape: [], [quantizer.high]), layer)
    let scale = try add(.binary(.divide), [end, divisor], layer)
    let scaled = try add(.binary(.multiply), [value, scale], layer)
    let rounded = try add(.unary(.round), [scaled], layer)
    let values = try add(.unary(.clip(low: quantizer.low, high: quantizer.high)), [rounded], layer)
    return (values, scale)
  }
}
