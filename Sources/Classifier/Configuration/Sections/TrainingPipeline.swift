import Imaging

/// How programs that train models read their images. The raw values are the words of `thimble.json`.
public enum TrainingPipeline: String, Sendable, CaseIterable {
  /// https://keras.io/api/data_loading/image/
  case imageDatasetFromDirectory = "image_dataset_from_directory"
  case loadImg = "load_img"
  /// Its `rescale` and functions are the user's: `preprocess` says them.
  case imageDataGenerator = "ImageDataGenerator"
  /// KerasHub's ImageConverter; its scale belongs to the preset, and is read from the model's file if it is there.
  case kerasHub = "keras-hub"
  /// The code that Teachable Machine exports with a Keras model.
  case teachableMachine = "teachable-machine"
  /// `cv2.resize(cv2.imread(file), size)`: blue, green and red.
  case openCV = "opencv"

  var resize: ResizeFilter {
    switch self {
    case .loadImg, .imageDataGenerator: .nearest
    case .imageDatasetFromDirectory, .kerasHub: .tfBilinear
    case .teachableMachine: .lanczos
    case .openCV: .cvLinear
    }
  }

  var fit: Fit {
    switch self {
    case .imageDatasetFromDirectory, .loadImg, .imageDataGenerator, .openCV: .stretch
    case .kerasHub: .crop
    case .teachableMachine: .fit
    }
  }

  var preprocess: Preprocess { self == .teachableMachine ? .tf : .none }

  /// Of a model that takes three channels.
  var color: Color { self == .openCV ? .bgr : .rgb }

  var exifOrientation: Bool { self == .openCV }
}
