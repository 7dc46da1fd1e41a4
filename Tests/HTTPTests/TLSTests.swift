import Foundation
import TestSupport
import Testing

@testable import HTTP

/// Who is trusted and who is not, told by servers with good and bad certificates.
@Suite(
  .enabled(
    if: FileManager.default.isExecutableFile(atPath: Fixtures.python),
    "the Python peers are not there yet: run `make test`"))
struct TLSTests {
  @Test func certificates() throws {
    try Servers.run { servers in
      let bundle = try #require(CertificateBundle(path: servers.bundle))
      // Read by libcurl, and looked up by us.
      for trust in [Trust.file(servers.authority), .system(bundle)] {
        let client = HTTPClient(trust: trust)
        for name in ["good", "chain"] {
          for _ in 0..<3 {
            let answer = try client.send(Self.request(servers.url(name)))
            #expect(answer.status == 200 && answer.body == Array("hello".utf8))
          }
        }
        let reasons = [
          "wrong-host": "subject name", "expired": "certificate has expired", "self-signed": "self",
          "other-authority": "issuer", "not-an-authority": "CA certificate",
        ]
        for (name, reason) in reasons {
          let error = failure(client, servers.url(name))
          #expect(
            error?.reason.hasPrefix("127.0.0.1: ") == true && error?.reason.contains(reason) == true,
            "\(error as Any)")
          #expect(error?.kind == .certificate, "\(name): \(error as Any)")
          #expect(error?.isRetryable == false)
          #expect(error?.description.contains("AWS_CA_BUNDLE") == true)
        }
        let plain = failure(client, servers.url("plain"))
        #expect(plain?.kind == .tls || plain?.kind == .broken, "\(plain as Any)")
      }
      // What the system trusts does not include the tests' authority.
      #expect(failure(HTTPClient(), servers.url("good"))?.kind == .certificate)
      let missing = failure(HTTPClient(caBundle: "/no/such/file"), servers.url("good"))
      #expect(missing?.kind == .certificate)
    }
  }

  /// The decoder finds what OpenSSL finds in the bundle of this system.
  @Test func systemBundle() throws {
    let paths = [
      "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/cert.pem",
    ]
    let path = try #require(paths.first { FileManager.default.fileExists(atPath: $0) })
    let bundle = try #require(CertificateBundle(path: path))
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(bundle.count == text.components(separatedBy: "-----BEGIN CERTIFICATE-----").count - 1)
  }

  @Test func brokenBundles() throws {
    let scratch = try Scratch()
    let texts = [
      "", "nonsense", "-----BEGIN CERTIFICATE-----", "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----",
      "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
      "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n",
      "-----BEGIN CERTIFICATE-----\nMIT/////\n-----END CERTIFICATE-----\n",
      "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n",
    ]
    for text in texts {
      try text.write(toFile: scratch.path("bundle.pem"), atomically: true, encoding: .utf8)
      #expect(CertificateBundle(path: scratch.path("bundle.pem")) == nil, "\(text)")
    }
    #expect(CertificateBundle(path: scratch.path("none")) == nil)
    #expect(CertificateBundle(path: scratch.directory) == nil)
  }

  @Test func environment() throws {
    let scratch = try Scratch()
    let (first, second) = (scratch.path("first"), scratch.path("second"))
    for path in [first, second] { try "x".write(toFile: path, atomically: true, encoding: .utf8) }
    func file(_ environment: [String: String]) throws -> String? {
      if case .file(let path) = try Trust.find(environment: { environment[$0] }).get() { return path }
      return nil
    }
    #expect(try file(["AWS_CA_BUNDLE": first, "SSL_CERT_FILE": second]) == first)
    #expect(try file(["AWS_CA_BUNDLE": "", "SSL_CERT_FILE": second]) == second)
    #expect(try file([:]) == nil)
    let missing = Trust.find { $0 == "AWS_CA_BUNDLE" ? "/no/such" : nil }
    #expect(throws: Trust.Missing.self) { try missing.get() }
  }

  /// The handshake, too, may take its time.
  private static func request(_ url: String) -> HTTPRequest {
    var request = HTTPRequest(url: url, timeout: Patience.seconds)
    request.connectTimeout = Patience.seconds
    return request
  }

  private func failure(_ client: HTTPClient, _ url: String) -> HTTPError? {
    do throws(HTTPError) {
      _ = try client.send(Self.request(url))
      return nil
    } catch { return error }
  }
}

/// HTTPS servers on 127.0.0.1, in a Python process that ends with its input.
private struct Servers {
  let ports: [String: Int]
  /// A file with the authority's certificate.
  let authority: String
  /// The same among many others.
  let bundle: String

  func url(_ name: String) -> String { "https://127.0.0.1:\(ports[name] ?? 1)/" }

  static func run(_ body: (Servers) throws -> Void) throws {
    let scratch = try Scratch()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Fixtures.python)
    process.arguments = ["-c", program, scratch.directory]
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    defer {
      try? input.fileHandleForWriting.close()
      process.waitUntilExit()
    }
    var line = Data()
    while line.last != 10 {
      let piece = output.fileHandleForReading.availableData
      try #require(!piece.isEmpty, "the servers did not start")
      line += piece
    }
    let ports = try JSONDecoder().decode([String: Int].self, from: line)
    try body(
      Servers(ports: ports, authority: scratch.path("authority.pem"), bundle: scratch.path("bundle.pem")))
  }

  private static let program = """
    import datetime, http.server, ipaddress, json, os, ssl, sys, threading
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    os.chdir(sys.argv[1])
    now = datetime.datetime.now(datetime.timezone.utc)
    day = datetime.timedelta(days=1)
    loopback = ipaddress.ip_address("127.0.0.1")

    def certificate(name, issuer=None, is_authority=False, host=loopback, start=now - day, end=now + day):
      key = ec.generate_private_key(ec.SECP256R1())
      signer = issuer[1] if issuer else key
      subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
      builder = (x509.CertificateBuilder().subject_name(subject).issuer_name(issuer[0].subject if issuer else subject)
        .public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(start).not_valid_after(end)
        .add_extension(x509.BasicConstraints(is_authority, None), True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), False)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(host)]), False))
      return builder.sign(signer, hashes.SHA256()), key

    def pem(*certificates):
      return b"".join(c.public_bytes(serialization.Encoding.PEM) for c, _ in certificates)

    authority = certificate("Test Authority", is_authority=True)
    other = certificate("Other Authority", is_authority=True)
    # Of the same name as the trusted one.
    twin = certificate("Test Authority", is_authority=True)
    middle = certificate("Middle", authority, is_authority=True)
    plain_leaf = certificate("Leaf", authority)
    with open("authority.pem", "wb") as file:
      file.write(pem(authority))
    many = [certificate(f"Authority {number}", is_authority=True) for number in range(30)]
    with open("bundle.pem", "wb") as file:
      file.write(b"# Comments\\n\\n" + pem(*many[:15], twin, authority, *many[15:]) + b"the end\\n")

    class Handler(http.server.BaseHTTPRequestHandler):
      protocol_version = "HTTP/1.1"

      def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"hello")

      def log_message(self, *_):
        pass

    class Server(http.server.ThreadingHTTPServer):
      daemon_threads = True

      def handle_error(self, *_):
        pass

    def serve(name, chain, key):
      server = Server(("127.0.0.1", 0), Handler)
      if chain:
        with open(name + ".pem", "wb") as file:
          file.write(pem(*chain) + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(name + ".pem")
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
      threading.Thread(target=server.serve_forever, daemon=True).start()
      return server.server_port

    cases = {
      "good": [certificate("Good", authority)],
      "chain": [certificate("Good", middle), middle],
      "wrong-host": [certificate("Wrong", authority, host=ipaddress.ip_address("127.0.0.2"))],
      "expired": [certificate("Expired", authority, start=now - 3 * day, end=now - 2 * day)],
      "self-signed": [certificate("Self")],
      "other-authority": [certificate("Other", other)],
      "not-an-authority": [certificate("Child", plain_leaf), plain_leaf],
    }
    ports = {name: serve(name, chain, chain[0][1]) for name, chain in cases.items()}
    ports["plain"] = serve("plain", None, None)
    print(json.dumps(ports), flush=True)
    sys.stdin.read()
    """
}
