/// Why a function of Python is not understood.
struct LambdaFault: Error {
  let reason: String

  init(_ reason: String) { self.reason = reason }
}
