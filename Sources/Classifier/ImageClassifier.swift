import Imaging
import Inference
import Keras

/// A model that is ready to run: takes the bytes of an image file, gives labels with scores.
///
/// For one thread at a time. A run takes no memory but for the decoder's.
public final class ImageClassifier {
  /// How images become the model's input.
  public let pipeline: ImagePipeline
  public let labels: [String]

  /// Loads and compiles a model.
  /// - Parameters:
  ///   - path: its file.
  ///   - labels: in the order of its outputs; empty: outputs are numbered from 0.
  ///   - threads: that compute, at most.
  public convenience init(
    model path: String, labels: [String] = [], input: InputConfiguration = InputConfiguration(),
    output: OutputConfiguration = OutputConfiguration(), threads: Int = 1
  ) throws(ClassifierError) {
    throw ClassifierError(.model, subject: path, reason: "not built yet")
  }

  init(pipeline: ImagePipeline, labels: [String]) {
    self.pipeline = pipeline
    self.labels = labels
  }

  /// Classifies one image.
  /// - Parameter image: the bytes of a PNG or JPEG file.
  public func classify(_ image: UnsafeRawBufferPointer) throws(ClassifierError) -> Classification {
    throw ClassifierError(.model, reason: "not built yet")
  }
}
