import Inference
import NPY

/// The `.npy` files that a user names on the command line.
enum ArrayFile {
  static func read(_ path: String) throws(Failure) -> Tensor {
    try InputFile.check(path)
    do {
      return try NPY.read(path: path)
    } catch {
      throw Failure(path, error.reason, remedy: "write it with numpy.save, as numbers of one type")
    }
  }

  static func write(shape: [Int], _ values: UnsafeBufferPointer<Float>, to path: String) throws(Failure) {
    do {
      try NPY.write(shape: shape, values, path: path)
    } catch {
      throw Failure(path, error.reason, remedy: "name a file in a folder that exists and can be written")
    }
  }
}
