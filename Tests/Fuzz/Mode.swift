/// What can be fuzzed. The raw values are the words of `scripts/fuzz --only`.
enum Mode: String, CaseIterable {
  case json, json5, event, hdf5, zip, png, jpeg, bmp, pnm, orientation, resize, chunks
  case s3XML = "s3-xml"
  case emulatorXML = "emulator-xml"
  /// Mutated configurations with the weights of sound files.
  case model
  /// Whole model files with mutated bytes.
  case modelFile = "model-file"
  /// The code of a Lambda layer's function.
  case lambda

  func target(folder: String) -> any FuzzTarget {
    switch self {
    case .json: JSONTarget(dialect: .python)
    case .json5: JSONTarget(dialect: .json5)
    case .event: EventTarget()
    case .hdf5: HDF5Target()
    case .zip: ZipTarget()
    case .png, .jpeg, .bmp, .pnm: ImageTarget()
    case .orientation: OrientationTarget()
    case .resize: ResizeTarget()
    case .chunks: ChunksTarget()
    case .s3XML: S3XMLTarget()
    case .emulatorXML: EmulatorXMLTarget()
    case .model: ModelTarget(folder: folder)
    case .modelFile: ModelFileTarget()
    case .lambda: LambdaTarget(folder: folder)
    }
  }
}
