import Glibc

/// Where the certificates of those who may vouch for a server are.
enum CABundle {
  /// Amazon Linux and Fedora; Debian and Ubuntu; Alpine; newer Fedora; openSUSE.
  private static let systemPaths = [
    "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/cert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/ssl/ca-bundle.pem",
  ]

  /// Looked for when it is first needed: not by a process that never speaks TLS. nil: nowhere, but the library
  /// may have been built with a place of its own.
  static let path: Result<String?, Missing> = find(
    environment: { name in getenv(name).map { String(cString: $0) } },
    failure: { path in access(path, R_OK) == 0 ? nil : String(cString: strerror(errno)) })

  /// A bundle that the environment names and that cannot be read.
  struct Missing: Error {
    let reason: String
  }

  /// - Parameter failure: why a file cannot be read; nil where it can.
  static func find(
    environment: (String) -> String?, failure: (String) -> String?
  ) -> Result<String?, Missing> {
    for name in ["AWS_CA_BUNDLE", "SSL_CERT_FILE"] {
      guard let path = environment(name), !path.isEmpty else { continue }
      if let failure = failure(path) { return .failure(Missing(reason: "\(name) names \(path): \(failure)")) }
      return .success(path)
    }
    return .success(systemPaths.first { failure($0) == nil })
  }
}
