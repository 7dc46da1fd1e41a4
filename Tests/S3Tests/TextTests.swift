import Foundation
import System
import TestSupport
import Testing
import XML

@testable import S3

struct LocationTests {
  /// S3 has two objects where a letter is one character of Unicode or two.
  @Test func keysThatLookTheSame() throws {
    let composed = try #require(S3Location(uri: "s3://models/caf\u{E9}.h5"))
    let decomposed = try #require(S3Location(uri: "s3://models/cafe\u{301}.h5"))
    #expect(composed != decomposed && Set([composed, decomposed, composed]).count == 2)
    #expect(composed == S3Location(bucket: "models", key: "caf\u{E9}.h5"))
    #expect(composed != S3Location(bucket: "models", key: "caf\u{E9}.h5", versionID: "1"))
    // A mark that belongs to the slash before it, as Swift sees it.
    let mark = try #require(S3Location(uri: "s3://models/\u{301}x"))
    #expect(mark.bucket == "models" && mark.key.utf8.elementsEqual("\u{301}x".utf8))
  }
}

/// Whatever comes over the network: it may be refused, but nothing may break.
struct NoiseTests {
  @Test func mutations() throws {
    var generator = SystemRandomNumberGenerator()
    let seeds = [
      "<?xml version=\"1.0\"?><Error><Code>a&amp;b&#252;</Code><![CDATA[x]]><!-- y --><Empty a='b'/></Error>",
      "a =?UTF-8?Q?=C3=BC_x?= =?iso-8859-1?B?w7w=?= b", "Fri, 24 May 2013 00:00:00 GMT",
      "s3://bucket/key?versionId=x",
    ]
    let pieces = Array("<>&;?=!-[]/ \"'".utf8) + [0, 10, 0x80, 0xff]
    for round in 0..<20_000 {
      var bytes = Array(seeds[round % seeds.count].utf8)
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let index = bytes.indices.randomElement(using: &generator) ?? 0
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: bytes[index] = pieces.randomElement(using: &generator) ?? 0
        case 1: bytes.remove(at: index)
        default: bytes.insert(pieces.randomElement(using: &generator) ?? 0, at: index)
        }
      }
      let text = String(decoding: bytes, as: UTF8.self)
      _ = XMLElement(parsing: bytes)
      _ = MailSafeText.decode(text)
      _ = UTCTime(http: text)
      if let location = S3Location(uri: text) { #expect(S3Location(uri: location.uri) == location) }
      #expect(MailSafeText.decode(MailSafeText.encode(text)) == text)
    }
  }
}

struct StagedFileTests {
  @Test(arguments: [true, false])
  func appearsWhole(_ mayBeUnnamed: Bool) throws {
    let scratch = try Scratch()
    let path = scratch.path("file")
    func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: scratch.directory) }
    try Data("old".utf8).write(to: URL(fileURLWithPath: path))
    do {
      let dropped = try StagedFile(folder: StagedFile.folder(of: path), mayBeUnnamed: mayBeUnnamed)
      try dropped.allocate(0..<1000)
      #expect(try names().count <= 2)
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "old")
    }
    #expect(try names() == ["file"])
    let file = try StagedFile(folder: StagedFile.folder(of: path), mayBeUnnamed: mayBeUnnamed)
    try file.allocate(0..<6)
    for (text, offset) in [("def", 3), ("abc", 0)] {
      try Array(text.utf8).withUnsafeBytes { try file.write($0, at: offset) }
    }
    try file.commit(to: path)
    #expect(try names() == ["file"])
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "abcdef")
  }
}

struct MailSafeTextTests {
  private struct Case: Decodable {
    var text: String
    var encoded: [String]
  }

  @Test func plainTextStays() {
    for text in ["", "cat", "a  b = c? d_e", "tabby, tabby cat;=1.0"] {
      #expect(MailSafeText.encode(text) == text && MailSafeText.decode(text) == text)
    }
  }

  /// The forms that S3 shows: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
  @Test func forms() {
    #expect(MailSafeText.encode("Café au lait") == "=?UTF-8?Q?Caf=C3=A9_au_lait?=")
    #expect(MailSafeText.encode("日本語 x") == "=?UTF-8?B?5pel5pys6KqeIHg=?=")
    // What looks like an encoded word must not be taken for one, and a line must not break.
    #expect(MailSafeText.decode(MailSafeText.encode("=?UTF-8?Q?=C3=A9?=")) == "=?UTF-8?Q?=C3=A9?=")
    #expect(MailSafeText.encode("ab\r\nc") == "=?UTF-8?Q?ab=0D=0Ac?=")
  }

  @Test func oddWords() {
    #expect(MailSafeText.decode("=?utf-8?q?a?= =?utf-8?q?b?=  c") == "ab  c")
    #expect(MailSafeText.decode("x =?utf-8?q?a?= y =?utf-8?q?b?=") == "x a y b")
    #expect(MailSafeText.decode("=?utf-8*en?q?a_b?=") == "a b")
    // A character that is cut between two words.
    #expect(MailSafeText.decode("=?utf-8?q?=C3?= =?utf-8?q?=BC?=") == "ü")
    let odd = [
      "=?", "=??=", "=?utf-8?q?a", "=?utf-8?x?a?=", "=?utf-8?q?=C?=", "=?utf-8?q?=ZZ?=", "=?utf-8?b?a?=",
      "=?utf-8?b?ab=c?=",
      "=?koi8-r?q?a?=", "=?utf-8?q?a b?=", "=?utf-8?q", "a=?b",
    ]
    for text in odd { #expect(MailSafeText.decode(text) == text) }
  }

  @Test(.enabled(if: Fixtures.exist("S3"), Comment(rawValue: Fixtures.hint)))
  func pythons() throws {
    let url = URL(fileURLWithPath: Fixtures.directory("S3") + "/mail.json")
    let cases = try JSONDecoder().decode([Case].self, from: Data(contentsOf: url))
    #expect(cases.count > 50)
    for item in cases {
      for encoded in item.encoded { #expect(MailSafeText.decode(encoded) == item.text, "\(encoded)") }
      let ours = MailSafeText.encode(item.text)
      #expect(MailSafeText.decode(ours) == item.text)
      let isEncoded = ours != item.text
      #expect(ours.utf8.allSatisfy { (0x20...0x7e).contains($0) })
      #expect(!isEncoded || ours.split(separator: " ").allSatisfy { $0.utf8.count <= 75 })
    }
  }

  /// Python reads what we write.
  @Test(.enabled(if: Fixtures.exist("S3") && Peer.isThere, Comment(rawValue: Fixtures.hint)))
  func readByPython() async throws {
    let url = URL(fileURLWithPath: Fixtures.directory("S3") + "/mail.json")
    let cases = try JSONDecoder().decode([Case].self, from: Data(contentsOf: url))
    let scratch = try Scratch()
    let pairs = cases.map { [$0.text, MailSafeText.encode($0.text)] }
    try JSONEncoder().encode(pairs).write(to: URL(fileURLWithPath: scratch.path("pairs.json")))
    try await PeerServer(port: 1, id: "x", secret: "x", scratch: scratch).python(
      """
      from email.header import decode_header, make_header
      for text, encoded in load("pairs"):
        assert str(make_header(decode_header(encoded))) == text, (text, encoded)
      """)
  }
}

struct SmallThingsTests {
  @Test func locations() throws {
    let plain = try #require(S3Location(uri: "s3://models/a b/ü?.h5"))
    #expect(plain == S3Location(bucket: "models", key: "a b/ü?.h5") && plain.uri == "s3://models/a b/ü?.h5")
    let version = try #require(S3Location(uri: "s3://models/x.h5?versionId=abc.def"))
    #expect(version == S3Location(bucket: "models", key: "x.h5", versionID: "abc.def"))
    #expect(S3Location(uri: version.uri) == version)
    #expect(S3Location(uri: "s3://b//x")?.key == "/x")
    for uri in [
      "", "s3://", "s3://b", "s3://b/", "s3:///k", "http://b/k", "s3://b/?versionId=x", "s3://b/k?versionId=",
    ] {
      #expect(S3Location(uri: uri) == nil, "\(uri)")
    }
  }

  @Test func endpoints() throws {
    func url(_ region: String, _ endpoint: Endpoint = Endpoint(), bucket: String = "bucket") throws -> String
    {
      let address = try endpoint.address(of: S3Location(bucket: bucket, key: "a b"), region: region)
      return "\(address.scheme)://\(address.host)\(address.path)"
    }
    #expect(try url("eusc-de-east-1") == "https://bucket.s3.eusc-de-east-1.amazonaws.eu/a%20b")
    #expect(try url("us-iso-east-1") == "https://bucket.s3.us-iso-east-1.c2s.ic.gov/a%20b")
    #expect(try url("us-isob-east-1") == "https://bucket.s3.us-isob-east-1.sc2s.sgov.gov/a%20b")
    // Old buckets of us-east-1 may have names that no host can have.
    #expect(try url("us-east-1", bucket: "My_Bucket") == "https://s3.us-east-1.amazonaws.com/My_Bucket/a%20b")
    #expect(try url("r", Endpoint(url: "http://[::1]:9000/s3/")) == "http://[::1]:9000/s3/bucket/a%20b")
    #expect(
      try url("r", Endpoint(url: "https://s3.example.com:443")) == "https://s3.example.com/bucket/a%20b")
    for text in ["", "s3.example.com", "ftp://x", "https://", "https://u:p@x", "https://x?y", "https:x"] {
      #expect(
        failure { () throws(S3Error) in _ = try Endpoint(url: text) }?.code == "InvalidRequest", "\(text)")
    }
    for bucket in [
      "", "ab", "a/b", "..", "...", "a b", "ü-bucket", "a:b@c", "x?y=z", String(repeating: "a", count: 256),
    ] {
      let error = failure { () throws(S3Error) in
        _ = try Endpoint().address(of: S3Location(bucket: bucket, key: "k"), region: "us-east-1")
      }
      #expect(error?.code == "InvalidBucketName", "\(bucket)")
    }
    for bucket in ["images--use1-az4--x-s3", "arn:aws:s3:us-west-2:123456789012:accesspoint/x"] {
      #expect(throws: S3Error.self) { try url("us-west-2", bucket: bucket) }
    }
  }

  @Test func environment() throws {
    var environment = ["AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": ""]
    #expect(
      failure { () throws(S3Error) in _ = try S3Client(environment: environment) }?.code
        == "MissingCredentials")
    environment["AWS_SECRET_ACCESS_KEY"] = "b"
    environment["AWS_SESSION_TOKEN"] = ""
    #expect(try Credentials(environment: environment) == Credentials(accessKeyID: "a", secretAccessKey: "b"))
    func url(_ more: [String: String]) throws -> String {
      let client = try S3Client(environment: environment.merging(more) { $1 })
      var attempts = Attempts()
      return try client.request(
        S3Call(.getObject, method: "GET", S3Location(bucket: "bbb", key: "k")), &attempts
      ).url
    }
    #expect(try url([:]) == "https://bbb.s3.us-east-1.amazonaws.com/k")
    #expect(try url(["AWS_DEFAULT_REGION": "eu-west-1"]) == "https://bbb.s3.eu-west-1.amazonaws.com/k")
    let regions = ["AWS_DEFAULT_REGION": "eu-west-1", "AWS_REGION": "eu-west-3"]
    #expect(try url(regions) == "https://bbb.s3.eu-west-3.amazonaws.com/k")
    let endpoints = ["AWS_ENDPOINT_URL": "http://general", "AWS_ENDPOINT_URL_S3": "http://special"]
    #expect(try url(endpoints) == "http://special/bbb/k")
    #expect(
      try url(["AWS_ENDPOINT_URL": "http://general", "AWS_ENDPOINT_URL_S3": ""]) == "http://general/bbb/k")
  }
}
