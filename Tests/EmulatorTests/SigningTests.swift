import FlyingFox
import Foundation
import Testing

@testable import Emulator

/// The examples that AWS publishes with its description of Signature Version 4 for S3.
struct SigningTests {
  private let authenticator = Authenticator(
    keys: [AccessKey(id: "AKIAIOSFODNN7EXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")],
    now: { Date(timeIntervalSince1970: 1_369_353_600) })
  private static let emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
  private static let scope = "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request"

  private func request(
    _ method: String, _ path: String, query: String = "", _ headers: [String: String], body: Data = Data()
  ) -> Request {
    var fields = HTTPHeaders()
    for (name, value) in headers { fields[HTTPHeader(name)] = value }
    return Request(
      HTTPRequest(
        method: HTTPMethod(method), version: .http11, target: .init(path: path, query: query),
        headers: fields,
        body: HTTPBodySequence(data: body)))
  }

  private func signed(_ headers: [String: String], _ names: String, _ signature: String) -> [String: String] {
    var headers = headers
    headers["Host"] = headers["Host"] ?? "examplebucket.s3.amazonaws.com"
    headers["x-amz-date"] = "20130524T000000Z"
    headers["Authorization"] =
      "AWS4-HMAC-SHA256 Credential=\(Self.scope),SignedHeaders=\(names),Signature=\(signature)"
    return headers
  }

  @Test func getObject() throws {
    let headers = signed(
      ["Range": "bytes=0-9", "x-amz-content-sha256": Self.emptyHash],
      "host;range;x-amz-content-sha256;x-amz-date",
      "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")
    _ = try authenticator.verify(request("GET", "/test.txt", headers), service: "s3")
    #expect(throws: S3Fault.self) {
      try authenticator.verify(request("GET", "/tesu.txt", headers), service: "s3")
    }
  }

  @Test func putObject() throws {
    let hash = "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"
    let headers = signed(
      [
        "Date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY",
        "x-amz-content-sha256": hash,
      ], "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
      "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd")
    let signing = try authenticator.verify(request("PUT", "/test%24file.text", headers), service: "s3")
    guard case .sha256(hash) = signing else {
      Issue.record("\(signing)")
      return
    }
  }

  @Test func bucketParameters() throws {
    let names = "host;x-amz-content-sha256;x-amz-date"
    let lifecycle = signed(
      ["x-amz-content-sha256": Self.emptyHash], names,
      "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543")
    _ = try authenticator.verify(request("GET", "/", query: "lifecycle", lifecycle), service: "s3")
    let list = signed(
      ["x-amz-content-sha256": Self.emptyHash], names,
      "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7")
    _ = try authenticator.verify(request("GET", "/", query: "max-keys=2&prefix=J", list), service: "s3")
  }

  @Test func presigned() throws {
    let credential = Self.scope.replacingOccurrences(of: "/", with: "%2F")
    let query =
      "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=\(credential)&X-Amz-Date=20130524T000000Z"
      + "&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
      + "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
    let headers = ["Host": "examplebucket.s3.amazonaws.com"]
    let signing = try authenticator.verify(request("GET", "/test.txt", query: query, headers), service: "s3")
    guard case .unsigned = signing else {
      Issue.record("\(signing)")
      return
    }
    var late = authenticator
    late.now = { Date(timeIntervalSince1970: 1_369_353_600 + 86_401) }
    let fault = #expect(throws: S3Fault.self) {
      try late.verify(request("GET", "/test.txt", query: query, headers), service: "s3")
    }
    #expect(fault?.message == "Request has expired")
  }

  /// 66560 times `a` in chunks of 64 KB and 1 KB.
  @Test(arguments: [1, 1000, 100_000]) func chunks(pieceBytes: Int) throws {
    let headers = signed(
      [
        "Host": "s3.amazonaws.com", "x-amz-storage-class": "REDUCED_REDUNDANCY",
        "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "Content-Encoding": "aws-chunked",
        "x-amz-decoded-content-length": "66560", "Content-Length": "66824",
      ],
      "content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;"
        + "x-amz-storage-class", "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9")
    let put = request("PUT", "/examplebucket/chunkObject.txt", headers)
    let signing = try authenticator.verify(put, service: "s3")
    let body = Self.body(
      [
        (65536, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648"),
        (1024, "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497"),
        (0, "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"),
      ])
    #expect(body.count == 66824)
    #expect(try Self.decode(body, signing, pieceBytes).size == 66560)
    var spoiled = body
    spoiled[66_000] ^= 1
    #expect(throws: S3Fault.self) { try Self.decode(spoiled, signing, pieceBytes) }
    #expect(throws: S3Fault.self) { try Self.decode(body.dropLast(100), signing, pieceBytes) }
  }

  @Test func trailer() throws {
    let headers = signed(
      [
        "Host": "s3.amazonaws.com", "x-amz-storage-class": "REDUCED_REDUNDANCY",
        "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
        "Content-Encoding": "aws-chunked",
        "x-amz-decoded-content-length": "66560", "x-amz-trailer": "x-amz-checksum-crc32c",
      ],
      "content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class;"
        + "x-amz-trailer", "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e")
    let signing = try authenticator.verify(
      request("PUT", "/examplebucket/chunkObject.txt", headers), service: "s3")
    let chunks = [
      (65536, "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2"),
      (1024, "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7"),
      (0, "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992"),
    ]
    let signature = "x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435"
    let body = Self.body(chunks, trailers: ["x-amz-checksum-crc32c:sOO8/Q==", signature])
    let decoded = try Self.decode(body, signing, 1000)
    #expect(decoded.size == 66560)
    #expect(decoded.trailers["x-amz-checksum-crc32c"] == "sOO8/Q==")
    // The example's checksum is that of its data.
    let digest = ChecksumAlgorithm.crc32c.makeDigest()
    digest.update(Data(repeating: UInt8(ascii: "a"), count: 66560))
    #expect(Data(digest.finish()).base64EncodedString() == "sOO8/Q==")

    let other = Self.body(chunks, trailers: ["x-amz-checksum-crc32c:AAAAAA==", signature])
    #expect(throws: S3Fault.self) { try Self.decode(other, signing, 1000) }
  }

  private static func body(_ chunks: [(Int, String)], trailers: [String] = []) -> Data {
    var body = Data()
    for (size, signature) in chunks {
      body += Data("\(String(size, radix: 16));chunk-signature=\(signature)\r\n".utf8)
      body += Data(repeating: UInt8(ascii: "a"), count: size)
      if size > 0 { body += Data("\r\n".utf8) }
    }
    for trailer in trailers { body += Data("\(trailer)\r\n".utf8) }
    return body + Data("\r\n".utf8)
  }

  private static func decode(
    _ body: Data, _ signing: PayloadSigning, _ pieceBytes: Int
  ) throws -> (size: Int, trailers: [String: String]) {
    guard case .chunked(let signer, let seed, let hasTrailer) = signing else { throw S3Fault.malformedXML }
    var decoder = ChunkedDecoder(signer: signer, seed: seed, hasTrailer: hasTrailer)
    var size = 0
    var rest = body[...]
    while !rest.isEmpty {
      try rest.prefix(pieceBytes).withUnsafeBytes { try decoder.feed($0) { size += $0.count } }
      rest = rest.dropFirst(pieceBytes)
    }
    try decoder.finish()
    return (size, decoder.trailers)
  }
}
