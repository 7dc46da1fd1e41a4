import Foundation
import System
import TestSupport
import Testing

@testable import S3

/// AWS's own examples.
struct SignerExampleTests {
  /// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
  @Test func s3() throws {
    let credentials = Credentials(
      accessKeyID: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    let signer = Signer(credentials: credentials, region: "us-east-1")
    let examples: [(request: Signer.Request, signed: String, signature: String)] = [
      (
        request(path: "/test.txt", headers: [("Range", "bytes=0-9")]),
        "host;range;x-amz-content-sha256;x-amz-date",
        "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
      ),
      (
        request(
          "PUT", path: "/test%24file.text",
          headers: [
            ("Date", "Fri, 24 May 2013 00:00:00 GMT"), ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
          ], body: "Welcome to Amazon S3."),
        "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
        "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"
      ),
      (
        request(path: "/", query: [("lifecycle", "")]), "host;x-amz-content-sha256;x-amz-date",
        "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"
      ),
      (
        request(path: "/", query: [("prefix", "J"), ("max-keys", "2")]),
        "host;x-amz-content-sha256;x-amz-date",
        "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
      ),
    ]
    for example in examples {
      #expect(
        sign(signer, example.request, at: 1_369_353_600)
          == "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
          + "SignedHeaders=\(example.signed), Signature=\(example.signature)")
    }
  }

  /// The steps that the same page shows for its first example.
  @Test func steps() {
    let credentials = Credentials(
      accessKeyID: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    let signer = Signer(credentials: credentials, region: "us-east-1")
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    let headers = Signer.canonicalHeaders([
      ("X-Amz-Date", "20130524T000000Z"), ("Range", "bytes=0-9"), ("Host", "examplebucket.s3.amazonaws.com"),
      ("x-amz-content-sha256", empty), ("User-Agent", "not signed"),
    ])
    let canonical = signer.canonicalRequest(request(path: "/test.txt"), headers, payloadHash: empty)
    #expect(
      canonical == """
        GET
        /test.txt

        host:examplebucket.s3.amazonaws.com
        range:bytes=0-9
        x-amz-content-sha256:\(empty)
        x-amz-date:20130524T000000Z

        host;range;x-amz-content-sha256;x-amz-date
        \(empty)
        """)
    #expect(
      signer.stringToSign(canonical, timestamp: "20130524T000000Z") == """
        AWS4-HMAC-SHA256
        20130524T000000Z
        20130524/us-east-1/s3/aws4_request
        7344ae5b7ee6c3e7e6b0fe0640412a37625d1fbfff95c48bbb2dc43964946972
        """)
  }

  /// AWS's Signature Version 4 test suite, the cases of signed headers.
  /// https://docs.aws.amazon.com/general/latest/gr/signature-v4-test-suite.html
  @Test func suite() {
    let vanilla = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
    let unreserved = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    let utf8Path = PercentEncoding.encode("/\u{1234}", keeping: "/")
    let cases: [(request: Signer.Request, signature: String)] = [
      (request(path: "/"), vanilla),
      (request(path: "/example1/example2/../.."), vanilla),
      (request(path: "/./"), vanilla),
      (
        request(path: "//example//"), "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"
      ),
      (
        request(path: "/./example"), "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5"
      ),
      // The suite's paths are not encoded yet.
      (
        request(path: "/example space/"), "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"
      ),
      (request(path: "/\u{1234}"), "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"),
      (
        request(path: "/", query: [("Param2", "value2"), ("Param1", "value1")]),
        "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"
      ),
      (
        request(path: "/", query: [(unreserved, unreserved)]),
        "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"
      ),
      (
        request(path: "/", query: [("\u{1234}", "bar")]),
        "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"
      ),
      (
        request(path: "/", query: [("Param-3", "Value3"), ("Param", "Value2"), ("\u{1234}", "Value1")]),
        "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac"
      ),
      (
        request(
          path: "/", headers: [("My-Header1", "value2"), ("My-Header1", "value2"), ("My-Header1", "value1")]),
        "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"
      ),
      (
        request(
          path: "/",
          headers: [
            ("My-Header1", "value4"), ("My-Header1", "value1"), ("My-Header1", "value3"),
            ("My-Header1", "value2"),
          ]),
        "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01"
      ),
      (
        request(path: "/", headers: [("My-Header1", " value1"), ("My-Header2", " \"a   b   c\"")]),
        "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"
      ),
    ]
    let credentials = Credentials(
      accessKeyID: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
    var signer = Signer(credentials: credentials, region: "us-east-1", service: "service")
    for (index, (request, signature)) in cases.enumerated() {
      var request = request
      request.host = "example.amazonaws.com"
      let value = sign(signer, request, at: 1_440_938_160)
      #expect(value.hasSuffix("Signature=" + signature), "case \(index): \(value)")
    }
    signer.credentials.sessionToken = "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267"
    var withToken = request(path: "/")
    withToken.host = "example.amazonaws.com"
    #expect(
      sign(signer, withToken, at: 1_440_938_160)
        .hasSuffix("07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8"))
    #expect(utf8Path == "/%E1%88%B4")
  }

  private func request(
    _ method: String = "GET", path: String, query: [(String, String)] = [], headers: [(String, String)] = [],
    body: String = ""
  ) -> Signer.Request {
    Signer.Request(
      method: method, host: "examplebucket.s3.amazonaws.com", path: path, query: query, headers: headers,
      body: Array(body.utf8))
  }
}

/// The same requests as botocore.
@Suite(.enabled(if: Fixtures.exist("S3"), Comment(rawValue: Fixtures.hint)))
struct SignerPeerTests {
  private struct S3Case: Decodable {
    var operation: String
    var region: String
    var bucket: String
    var key: String
    var endpoint: String?
    var token: String?
    var time: Double
    var version: String?
    var method: String
    var url: String
    var headers: [[String]]
    var body: String
  }

  private struct ServiceCase: Decodable {
    var service: String
    var token: String?
    var time: Double
    var method: String
    var path: String
    var query: [[String]]
    var headers: [[String]]
    var body: String
    var authorization: String
  }

  @Test func s3() throws {
    let cases: [S3Case] = try load("requests")
    #expect(cases.count >= 300)
    for item in cases {
      let endpoint = if let url = item.endpoint { try Endpoint(url: url) } else { Endpoint() }
      let location = S3Location(bucket: item.bucket, key: item.key)
      let address = try endpoint.address(of: location, region: item.region)
      let theirs = item.url.split(separator: "?", maxSplits: 1).map(String.init)
      // A client may leave the scheme's own port out, or not.
      let url = "\(address.scheme)://\(address.host)\(address.path)"
      #expect(url == theirs[0].replacingOccurrences(of: "localhost:80/", with: "localhost/"), "\(item.key)")

      var query: [(String, String)] = []
      if let version = item.version { query.append(("versionId", version)) }
      if item.operation.hasSuffix("tagging") { query.append(("tagging", "")) }
      let header = Dictionary(item.headers.map { ($0[0].lowercased(), $0[1]) }) { first, _ in first }
      let authorization = try #require(header["authorization"])
      let names = try #require(authorization.firstMatch(of: #/SignedHeaders=([^,]*),/#)).1.split(
        separator: ";")
      let own: Set = ["host", "x-amz-date", "x-amz-content-sha256", "x-amz-security-token"]
      let headers = names.map(String.init).filter { !own.contains($0) }.map { ($0, header[$0] ?? "") }
      let request = Signer.Request(
        method: item.method, host: address.host, path: address.path, query: query, headers: headers,
        body: Array(try #require(Data(base64Encoded: item.body))))
      #expect(
        request.encodedQuery
          == (theirs.count > 1 ? theirs[1] : "").replacingOccurrences(of: "tagging&", with: "tagging=&")
          .replacing(#/tagging$/#, with: "tagging="))
      let signer = Signer(credentials: credentials(item.token, "AKIAIOSFODNN7EXAMPLE"), region: item.region)
      #expect(
        sign(signer, request, at: item.time) == authorization,
        "\(item.operation) \(item.bucket) \(item.key)")
      let signed = signer.sign(request, at: item.time)
      for name in own where name != "host" {
        #expect(signed.first { $0.name.lowercased() == name }?.value == header[name])
      }
    }
  }

  @Test func otherServices() throws {
    let cases: [ServiceCase] = try load("services")
    #expect(cases.count >= 100)
    for item in cases {
      let request = Signer.Request(
        method: item.method, host: "service.eu-west-1.amazonaws.com", path: item.path,
        query: item.query.map { ($0[0], $0[1]) },
        headers: item.headers.filter {
          !["X-Amz-Date", "Authorization", "X-Amz-Security-Token"].contains($0[0])
        }
        .map { ($0[0], $0[1]) },
        body: Array(try #require(Data(base64Encoded: item.body))))
      let signer = Signer(
        credentials: credentials(item.token, "AKIDEXAMPLE"), region: "eu-west-1", service: item.service)
      #expect(
        sign(signer, request, at: item.time) == item.authorization, "\(item.path) \(item.query)")
    }
  }

  private func credentials(_ token: String?, _ id: String) -> Credentials {
    Credentials(
      accessKeyID: id, secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", sessionToken: token)
  }

  private func load<Value: Decodable>(_ name: String) throws -> Value {
    let url = URL(fileURLWithPath: Fixtures.directory("S3") + "/\(name).json")
    return try JSONDecoder().decode(Value.self, from: Data(contentsOf: url))
  }
}

private func sign(_ signer: Signer, _ request: Signer.Request, at time: Double) -> String {
  signer.sign(request, at: time).first { $0.name == "Authorization" }?.value ?? ""
}
