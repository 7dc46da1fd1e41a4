/// Why a command failed: one line on stderr, `thimble: FILE: cause; what to do`, and exit code 1.
struct Failure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }

  init(_ path: String, _ cause: String, remedy: String? = nil) {
    description = "\(path): \(cause)" + (remedy.map { "; \($0)" } ?? "")
  }
}
