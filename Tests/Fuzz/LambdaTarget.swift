import JSON
import System

/// The code of a function as Python's `marshal` writes it, as that of a Lambda layer.
struct LambdaTarget: FuzzTarget {
  /// A file without weights.
  private let file: String
  private let runner = ModelRunner()

  /// - Parameter folder: the model files of the tests of Keras.
  init(folder: String) { file = folder + "/../Lambdas/empty.h5" }

  func run(_ input: UnsafeRawBufferPointer) {
    let code = JSONValue.string(Base64.encode(Array(input)))
    let config: JSONValue = [
      "class_name": "Sequential", "keras_version": "2.15.0",
      "config": [
        "name": "model",
        "layers": [
          [
            "class_name": "InputLayer",
            "config": ["name": "image", "batch_input_shape": [.null, .integer(4), .integer(6), .integer(3)]],
          ],
          ["class_name": "Lambda", "config": ["name": "lambda", "function": [code, .null, [.integer(1), .integer(2)]]]],
        ],
      ],
    ]
    runner.run(file, config: Array(config.text.utf8))
  }
}
