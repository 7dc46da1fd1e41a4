import CNSS
import Classifier
@preconcurrency import Glibc
import Inference
import LambdaRuntime

// Not top-level code: its variables belong to the main actor, and would bring the concurrency library along.
@main
enum Bootstrap {
  static func main() {
    // /etc/nsswitch.conf may name modules, which a static file cannot load, or not of this system's version.
    __nss_configure_lookup("hosts", "files dns")
    let environment = environment()
    let logger = Logger(environment: environment)
    Runtime.run(environment: environment, logger: logger) { () throws(InvocationFailure) in
      let missing = CPU.missingInstructions
      guard missing.isEmpty else {
        throw InvocationFailure(
          type: "Runtime.UnsupportedProcessor",
          message:
            "this processor lacks \(missing.joined(separator: ", ")), which every x86_64 processor of Lambda has"
        )
      }
      return try Application(environment: environment, logger: logger)
    }
  }

  /// The process' variables.
  private static func environment() -> [String: String] {
    let variables = sequence(first: environ, next: { $0 + 1 }).lazy.prefix { $0.pointee != nil }
      .compactMap { $0.pointee.map { String(cString: $0) } }
    return Dictionary(
      variables.compactMap { text in
        text.firstIndex(of: "=").map { (String(text[..<$0]), String(text[text.index(after: $0)...])) }
      }, uniquingKeysWith: { first, _ in first })
  }
}
