import Foundation
import System

/// One request to S3: whose bucket and which object it is about.
struct S3Call: Sendable {
  var request: Request
  var requestID: String
  /// nil: the service itself, as for ListBuckets.
  var bucketName: String?
  /// nil: the bucket.
  var key: String?
  var signing = PayloadSigning.unsigned
  /// How this call is made to fail.
  var fault: FaultInjector.Fault?

  init(_ request: Request) {
    self.request = request
    requestID = Invocation.randomHex(16).uppercased()
    var path = request.path.drop { $0 == "/" }
    if request.path.hasPrefix("//") { path = request.path.dropFirst() }
    if let bucket = Self.bucket(ofHost: request.host) {
      bucketName = bucket
      key = path.isEmpty ? nil : PercentEncoding.decode(path)
    } else if !path.isEmpty {
      let parts = path.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
      bucketName = PercentEncoding.decode(parts[0])
      if parts.count > 1, !parts[1].isEmpty { key = PercentEncoding.decode(parts[1]) }
    }
  }

  /// Virtual-host style: `images.localhost`, or AWS's own names, where they lead here.
  private static func bucket(ofHost host: String) -> String? {
    if host.hasSuffix(".localhost") { return String(host.dropLast(".localhost".count)) }
    guard host.hasSuffix(".amazonaws.com"), let service = host.range(of: ".s3.", options: .backwards) else {
      return nil
    }
    return String(host[..<service.lowerBound])
  }

  func header(_ name: String) -> String? { request.headers[name] }

  func has(_ parameter: String) -> Bool { request.parameter(parameter) != nil }

  func parameter(_ name: String) -> String? { request.parameter(name) }
}
