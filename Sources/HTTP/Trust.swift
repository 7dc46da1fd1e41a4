import Glibc
import System

/// The certificate authorities that are trusted.
enum Trust: Sendable {
  /// A PEM file, which libcurl reads.
  case file(String)
  /// The system's bundle.
  case system(CertificateBundle)
  /// What the library was built with.
  case libraryDefault

  /// A bundle that the environment names and that cannot be read.
  struct Missing: Error {
    let reason: String
  }

  /// Amazon Linux and Fedora; Debian and Ubuntu; Alpine; newer Fedora; openSUSE.
  private static let systemPaths = [
    "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/cert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/ssl/ca-bundle.pem",
  ]

  /// Looked for when it is first needed: not by a process that never speaks TLS.
  static let current: Result<Trust, Missing> = find { name in getenv(name).map { String(cString: $0) } }

  /// `AWS_CA_BUNDLE`, `SSL_CERT_FILE`, the system's bundle.
  static func find(environment: (String) -> String?) -> Result<Trust, Missing> {
    for name in ["AWS_CA_BUNDLE", "SSL_CERT_FILE"] {
      guard let path = environment(name), !path.isEmpty else { continue }
      guard access(path, R_OK) == 0 else {
        return .failure(Missing(reason: "\(name) names \(path): \(SystemError())"))
      }
      return .success(.file(path))
    }
    let bundle = systemPaths.lazy.compactMap { CertificateBundle(path: $0) }.first
    return .success(bundle.map(Trust.system) ?? .libraryDefault)
  }
}
