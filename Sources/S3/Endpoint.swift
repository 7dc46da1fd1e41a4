import System

/// Where the requests for a bucket go.
struct Endpoint: Sendable {
  /// Another S3 than AWS's.
  private struct Custom: Sendable {
    var scheme: String
    var host: String
    /// Before the bucket; empty, or with a slash in front.
    var path: String
  }

  /// What a request is addressed to.
  struct Address: Sendable {
    var scheme: String
    /// With the port, where it was given.
    var host: String
    /// Percent-encoded.
    var path: String
  }

  private let custom: Custom?

  /// AWS's own.
  init() { custom = nil }

  /// - Parameter url: `http://host[:port][/path]`, `https://...`.
  init(url: String) throws(S3Error) {
    let parts = url.split(separator: ":", maxSplits: 1)
    guard parts.count == 2, parts[0] == "http" || parts[0] == "https", parts[1].hasPrefix("//") else {
      throw Self.refuse(url, "it must begin with http:// or https://")
    }
    let rest = parts[1].dropFirst(2)
    let host = rest.prefix { $0 != "/" }
    var path = rest[host.endIndex...]
    guard !host.isEmpty, !host.contains("@"), !rest.contains("?"), !rest.contains("#") else {
      throw Self.refuse(url, "it must be of the form https://host[:port][/path]")
    }
    while path.last == "/" { path.removeLast() }
    // As browsers do, clients leave the scheme's own port out of the Host header.
    let port = parts[0] == "https" ? ":443" : ":80"
    custom = Custom(
      scheme: String(parts[0]), host: String(host.hasSuffix(port) ? host.dropLast(port.count) : host),
      path: String(path))
  }

  /// AWS's own S3, also where its name was given.
  var isAWS: Bool {
    guard let custom else { return true }
    let host = custom.host.prefix { $0 != ":" }
    return host.hasSuffix(".amazonaws.com") || host.hasSuffix(".amazonaws.com.cn")
  }

  /// Whether TLS guards the bytes on their way.
  var isSecure: Bool { custom.map { $0.scheme == "https" } ?? true }

  private static func refuse(_ url: String, _ reason: String) -> S3Error {
    S3Error(code: "InvalidRequest", message: "'\(url)' is not an S3 endpoint: \(reason).")
  }

  /// The bucket is in the host name on AWS, where possible; in the path of any other endpoint, and where
  /// dots would not be covered by AWS's certificates (`*.s3.amazonaws.com`).
  /// - Parameter isBucket: the bucket itself is meant.
  func address(
    of location: S3Location, region: String, isBucket: Bool = false
  ) throws(S3Error) -> Address {
    let bucket = location.bucket
    try Self.check(location, isBucket: isBucket)
    let key = "/" + PercentEncoding.encode(location.key, keeping: "/")
    if let custom {
      return Address(scheme: custom.scheme, host: custom.host, path: "\(custom.path)/\(bucket)\(key)")
    }
    let host = "s3.\(region).\(Self.domain(of: region))"
    if bucket.utf8.allSatisfy({ $0 == UInt8(ascii: "-") || isLowerCaseOrDigit($0) }) {
      return Address(scheme: "https", host: "\(bucket).\(host)", path: key)
    }
    return Address(scheme: "https", host: host, path: "/\(bucket)\(key)")
  }

  /// AWS's partitions are recognised by the region's name.
  private static func domain(of region: String) -> String {
    let partitions = [
      ("cn-", "amazonaws.com.cn"), ("us-isob-", "sc2s.sgov.gov"), ("us-isof-", "csp.hci.ic.gov"),
      ("us-iso-", "c2s.ic.gov"), ("eu-isoe-", "cloud.adc-e.uk"), ("eusc-", "amazonaws.eu"),
    ]
    return partitions.first { region.hasPrefix($0.0) }?.1 ?? "amazonaws.com"
  }

  /// Names that could lead a request astray are refused, and kinds of buckets that need another protocol.
  private static func check(_ location: S3Location, isBucket: Bool) throws(S3Error) {
    let bucket = location.bucket
    if bucket.hasPrefix("arn:") || bucket.hasSuffix("--x-s3") {
      throw S3Error(
        location: location, code: "NotSupported",
        message: "Only general purpose buckets are supported, by name: neither access points nor "
          + "directory buckets.")
    }
    let isName = bucket.utf8.allSatisfy {
      isLowerCaseOrDigit($0) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0)
        || "-._".utf8.contains($0)
    }
    guard isName, (3...255).contains(bucket.utf8.count), bucket.utf8.contains(where: { $0 != 0x2e }) else {
      throw S3Error(
        location: location, code: "InvalidBucketName", message: "'\(bucket)' is not the name of a bucket.")
    }
    guard isBucket ? location.key.isEmpty : (1...1024).contains(location.key.utf8.count) else {
      throw S3Error(
        location: location, code: "InvalidRequest", message: "A key has 1 to 1024 bytes.")
    }
  }
}

private func isLowerCaseOrDigit(_ byte: UInt8) -> Bool {
  (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
}
