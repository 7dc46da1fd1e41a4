/// What is wrong with a structure of the file; ``HDF5File/locating(_:_:)`` adds the file and the object.
struct FormatError: Error {
  let reason: String

  init(_ reason: String) { self.reason = reason }
}

extension HDF5File {
  /// Does the work; if it fails, the error names the object of the file.
  func locating<Result>(_ object: @autoclosure () -> String, _ work: () throws(FormatError) -> Result)
    throws(HDF5Error) -> Result
  {
    do throws(FormatError) {
      return try work()
    } catch {
      throw HDF5Error(path: path, object: object(), reason: error.reason)
    }
  }
}
