import Inference

/// One layer of a model as `thimble inspect` lists it.
public struct LayerSummary: Sendable {
  public let name: String
  /// The class, as the file names it; a nested model's is `Functional`, `Sequential` or `Model`.
  public let className: String
  /// Of the first output, in Keras' axis order, batch first; nil where unknown before the inputs are.
  public let outputShape: Shape
  /// Weights in the file, in values, those of nested layers included.
  public let parameters: Int
  /// Whether its kernel, or that of a layer within, is one of whole numbers with scales.
  public let isQuantized: Bool
}
