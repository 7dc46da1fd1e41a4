/// What is wrong with a structure, before it is known to which object of which file it belongs.
struct FormatError: Error {
  let reason: String

  init(_ reason: String) { self.reason = reason }
}

extension HDF5File {
  /// Does the work and tells, should it fail, with which object of the file.
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
