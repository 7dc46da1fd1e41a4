import COpenSSL
import Glibc
import System

/// The certificates of a system, of which a connection needs one of some 140. OpenSSL takes 40 ms to parse
/// them all, so they are only decoded here, and the one that is asked for by name is parsed.
///
/// A name is looked for byte by byte. Every public authority writes an issuer's name as the issuer itself does
/// (CA/Browser Forum, Baseline Requirements, section 7.1.4.1). Bundles that a user names, which may be of
/// other authorities, are left to OpenSSL.
final class CertificateBundle: Sendable {
  private struct Certificate {
    let der: [UInt8]
    /// Where its subject's name is.
    let subject: Range<Int>
  }

  let path: String
  private let certificates: [Certificate]

  var count: Int { certificates.count }

  /// - Returns: nil where there is no such file, or no certificate in it.
  init?(path: String) {
    guard let text = Self.read(path) else { return nil }
    self.path = path
    certificates = Self.decode(text)
    if certificates.isEmpty { return nil }
  }

  /// Lets the context's connections find certificates here.
  /// - Parameter context: an `SSL_CTX`.
  /// - Returns: whether they can.
  func install(in context: OpaquePointer) -> Bool {
    guard let method = Self.lookupMethod.pointer,
      let lookup = X509_STORE_add_lookup(SSL_CTX_get_cert_store(context), method)
    else { return false }
    return X509_LOOKUP_set_method_data(lookup, Unmanaged.passUnretained(self).toOpaque()) == 1
  }

  // MARK: OpenSSL's side

  private struct LookupMethod: @unchecked Sendable {
    /// Made once, and never changed.
    let pointer: OpaquePointer?
  }

  private static let lookupMethod: LookupMethod = {
    let method = X509_LOOKUP_meth_new("certificates of a bundle, by name")
    X509_LOOKUP_meth_set_get_by_subject(method) { lookup, type, name, result in
      guard type == X509_LU_X509, let lookup, let name, let result,
        let data = X509_LOOKUP_get_method_data(lookup)
      else { return 0 }
      let bundle = Unmanaged<CertificateBundle>.fromOpaque(data).takeUnretainedValue()
      return bundle.find(name, for: X509_LOOKUP_get_store(lookup), result) ? 1 : 0
    }
    return LookupMethod(pointer: method)
  }()

  /// Adds all certificates of that name to the store, and returns the first.
  private func find(_ name: OpaquePointer, for store: OpaquePointer?, _ result: OpaquePointer) -> Bool {
    var bytes: UnsafeMutablePointer<UInt8>?
    let count = i2d_X509_NAME(name, &bytes)
    guard count > 0, let bytes else { return false }
    defer { CRYPTO_free(bytes, nil, 0) }
    var isFound = false
    let wanted = UnsafeBufferPointer(start: bytes, count: Int(count))
    for certificate in certificates where certificate.der[certificate.subject].elementsEqual(wanted) {
      guard let parsed = Self.parse(certificate.der) else { continue }
      defer { X509_free(parsed) }
      guard X509_STORE_add_cert(store, parsed) == 1 else { continue }
      // The result does not own what it points to; the store does.
      if !isFound, X509_OBJECT_set1_X509(result, parsed) == 1 {
        X509_free(parsed)
        isFound = true
      }
    }
    return isFound
  }

  private static func parse(_ certificate: [UInt8]) -> OpaquePointer? {
    certificate.withUnsafeBufferPointer {
      var start = $0.baseAddress
      return d2i_X509(nil, &start, $0.count)
    }
  }

  // MARK: The file

  private static func read(_ path: String) -> [UInt8]? {
    guard let file = try? ReadableFile(path: path), (1...(64 << 20)).contains(file.size) else { return nil }
    return try? file.read(at: 0, count: file.size)
  }

  /// RFC 7468. Anything but certificates is left out.
  private static func decode(_ text: [UInt8]) -> [Certificate] {
    var certificates: [Certificate] = []
    (text + [0]).withUnsafeBytes { text in
      var rest = text.bindMemory(to: CChar.self).baseAddress
      while let begin = rest.flatMap({ strstr($0, "-----BEGIN CERTIFICATE-----") }) {
        let body = UnsafePointer(begin) + "-----BEGIN CERTIFICATE-----".utf8.count
        guard let end = strstr(body, "-----END CERTIFICATE-----") else { break }
        rest = UnsafePointer(end)
        let base64 = UnsafeRawBufferPointer(start: body, count: body.distance(to: end))
        if let der = decodeBase64(base64), let subject = subject(of: der) {
          certificates.append(Certificate(der: der, subject: subject))
        }
      }
    }
    return certificates
  }

  /// RFC 5280 section 4.1.
  private static func subject(of der: [UInt8]) -> Range<Int>? {
    // Certificate and TBSCertificate: into them.
    guard let certificate = value(in: der, at: 0), let body = value(in: der, at: certificate.lowerBound)
    else {
      return nil
    }
    var position = body.lowerBound
    // The version, which may be missing; serial number, signature, issuer, validity.
    let hasVersion = position < der.count && der[position] == 0xA0
    for _ in 0..<(hasVersion ? 5 : 4) {
      guard let skipped = value(in: der, at: position) else { return nil }
      position = skipped.upperBound
    }
    return value(in: der, at: position).map { position..<$0.upperBound }
  }

  /// Where the contents of the element at `position` are, X.690 section 8.1.
  private static func value(in der: [UInt8], at position: Int) -> Range<Int>? {
    guard position + 2 <= der.count else { return nil }
    var start = position + 2
    var length = Int(der[position + 1])
    if length >= 0x80 {
      let count = length & 0x7f
      guard (1...4).contains(count), start + count <= der.count else { return nil }
      length = der[start..<start + count].reduce(0) { $0 << 8 | Int($1) }
      start += count
    }
    return start + length <= der.count ? start..<start + length : nil
  }

  private static func decodeBase64(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
    let context = EVP_ENCODE_CTX_new()
    defer { EVP_ENCODE_CTX_free(context) }
    EVP_DecodeInit(context)
    let text = text.bindMemory(to: UInt8.self)
    var isWhole = false
    // Three bytes for four characters, and OpenSSL's block of slack.
    let bytes = [UInt8](unsafeUninitializedCapacity: text.count / 4 * 3 + 64) { buffer, count in
      var (body, tail) = (Int32(0), Int32(0))
      guard let start = buffer.baseAddress,
        EVP_DecodeUpdate(context, start, &body, text.baseAddress, Int32(clamping: text.count)) >= 0,
        EVP_DecodeFinal(context, start.advanced(by: Int(body)), &tail) == 1
      else { return }
      count = Int(body + tail)
      isWhole = count > 0
    }
    return isWhole ? bytes : nil
  }
}
