import Foundation
import JSON
import Testing

struct JSONTests {
  /// The result of Foundation's own reader for the same bytes.
  private func reference(_ text: String) -> Any? {
    try? JSONSerialization.jsonObject(with: Data(text.utf8), options: [.fragmentsAllowed])
  }

  private func plain(_ value: JSONValue) -> Any {
    switch value {
    case .null: NSNull()
    case .bool(let bool): NSNumber(value: bool)
    case .integer(let integer): NSNumber(value: integer)
    case .real(let real): NSNumber(value: real)
    case .string(let string): string as NSString
    case .array(let elements): elements.map(plain) as NSArray
    case .object(let object):
      Dictionary(object.members.map { ($0.name, plain($0.value)) }) { $1 } as NSDictionary
    }
  }

  @Test(arguments: [
    "null", "true", "false", "0", "-0", "12", "-7", "9223372036854775807", "-9223372036854775808",
    "9223372036854775808", "1.5", "-1.5e-3", "1E+2", "0.25", "[]", "{}", "[[],[[]]]", " [1 , 2 ]\r\n\t",
    #""\b\f\n\r\t""#,
    "{\"a\":1,\"b\":[true,null]}", "\"\"", "\"é日本😀\"", #""\u00e9\ud83d\ude00\n\/\"\\""#, #"{"":{"":""}}"#,
  ])
  func documents(text: String) throws {
    let value = try JSONValue(text: text)
    let expected = try #require(reference(text) as? NSObject)
    #expect(expected.isEqual(plain(value)), "\(text): \(value)")
    #expect(try JSONValue(text: value.text) == value)
    let written = try #require(reference(value.text) as? NSObject)
    #expect(written.isEqual(expected))
  }

  /// As in Python, where a letter is one character of Unicode or two.
  @Test(arguments: [JSONDialect.python, .json5]) func membersThatLookTheSame(dialect: JSONDialect) throws {
    let value = try JSONValue(
      Array("{\"\u{E9}\": 1, \"e\u{301}\": 2, \"\u{212A}\": 3}".utf8), dialect: dialect)
    #expect(value["\u{E9}"] == .integer(1) && value["e\u{301}"] == .integer(2))
    // The Kelvin sign.
    #expect(value["\u{212A}"] == .integer(3) && value["K"] == nil)
  }

  @Test(arguments: [
    "", " ", "nul", "tru", "01", "-", "+1", ".5", "1.", "1.e3", "1e", "1e+", "--1", "0x10", "1_0", "inf",
    "nan", "[1,]",
    "[1 2]", "[", "]", "{\"a\"}", "{\"a\":}", "{a:1}", "{\"a\":1,}", "{'a':1}", "'a'", "\"a", "\"\\q\"",
    "\"\u{1}\"", "\"a\nb\"", "\"\\u12\"", "1 2", "// x\n1", "[1]]", "{\"a\":1 \"b\":2}",
  ])
  func refusals(text: String) {
    #expect(throws: JSONError.self) { try JSONValue(text: text) }
    // Foundation takes a comma before an end; RFC 8259 does not.
    let hasLastComma = text.contains(",]") || text.contains(",}")
    #expect(hasLastComma || reference(text) == nil, "Foundation reads \(text)")
  }

  @Test func pythonNumbers() throws {
    #expect(try JSONValue(text: "[Infinity,-Infinity]") == [.real(.infinity), .real(-.infinity)])
    #expect(try JSONValue(text: "NaN").real?.isNaN == true)
    #expect(try JSONValue(text: #"{"a":1,"a":2}"#)["a"] == .integer(2))
  }

  @Test func json5() throws {
    let text = """
      // a comment
      {
        name: 'it\\'s', /* another */ $_x9: [+1, -.5, 2., 0x1F, 1e3,],
        "quoted": "a \\
      b", nested: { on: true, },
      }
      """
    let value = try JSONValue(text: text, dialect: .json5)
    #expect(
      value == [
        "name": "it's", "$_x9": [.integer(1), .real(-0.5), .real(2), .integer(31), .real(1000)],
        "quoted": "a b", "nested": ["on": .bool(true)],
      ])
  }

  /// As https://spec.json5.org, section 6, has them.
  @Test(arguments: [
    ("+5", JSONValue.integer(5)), ("-0x1f", .integer(-31)), ("+0XFF", .integer(255)), ("0", .integer(0)),
    ("-9223372036854775808", .integer(.min)), ("9223372036854775807", .integer(.max)),
    ("-0x8000000000000000", .integer(.min)), ("0x7fffffffffffffff", .integer(.max)),
    ("9223372036854775808", .real(0x1p63)), ("-.5e1", .real(-5)), ("+.25", .real(0.25)), ("5.", .real(5)),
    ("-5.E-1", .real(-0.5)), ("0.5", .real(0.5)), ("0e0", .real(0)),
  ])
  func json5Numbers(text: String, expected: JSONValue) throws {
    for text in [text, "[\(text)]", "{a: \(text)}"] {
      let value = try JSONValue(text: text, dialect: .json5)
      #expect((value.array?.first ?? value["a"] ?? value) == expected, "\(text): \(value)")
    }
  }

  @Test(arguments: [
    "--5", "+-5", "-+5", "++5", "0x-5", "0x+5", "-0x-8000000000000000", "--9223372036854775808", "010",
    "-010",
    "00", "0x", "0xG", "0x1.5", "0x8000000000000000", ".", "+", "-", "-.", "e5", ".e5", "5e", "5e+", "5e5.5",
    "1e999", "1-5", "5.5.5",
  ])
  func json5NumberRefusals(text: String) {
    for text in [text, "[\(text)]", "{a: \(text)}"] {
      #expect(throws: JSONError.self) { try JSONValue(text: text, dialect: .json5) }
    }
  }

  @Test(arguments: [
    ("{a: 1,\n a: 2}", 2, 2, "twice"), ("{a: }", 1, 5, "value"), ("[1\n,2\n 3]", 3, 2, "comma"),
    ("{a: yes}", 1, 5, "must be quoted"), ("/* x", 1, 1, "no end"), ("{é: 1, é: 2}", 1, 8, "twice"),
    ("{a 1}", 1, 4, "colon"), ("'abc\n'", 1, 5, "line"), ("1 1", 1, 3, "more"), ("[1e999]", 1, 2, "number"),
  ])
  func places(text: String, line: Int, column: Int, reason: String) {
    let error = #expect(throws: JSONError.self) { try JSONValue(text: text, dialect: .json5) }
    #expect(error?.line == line && error?.column == column, "\(text): \(String(describing: error))")
    #expect(error?.reason.contains(reason) == true, "\(text): \(String(describing: error))")
  }

  @Test func depth() throws {
    for count in [512, 513, 100_000] {
      let text = String(repeating: "[", count: count) + String(repeating: "]", count: count)
      if count <= 512 {
        _ = try JSONValue(text: text)
      } else {
        let error = #expect(throws: JSONError.self) { try JSONValue(text: text) }
        #expect(error?.reason.contains("nested") == true)
      }
    }
  }

  @Test func invalidText() {
    #expect(throws: JSONError.self) { try JSONValue([0x22, 0xFF, 0x22]) }
    #expect(JSONValue.string("a\u{0}\u{2028}\u{7F}\"\\").text == #""a\u0000\u2028\u007f\"\\""#)
  }

  /// Whatever is cut or changed, the reader returns or throws.
  @Test func mutations() throws {
    let text = #"{"a":[1,2.5e-3,{"b":"x\u00e9\n"},null,true],"c":{"d":[]}}"#
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<20_000 {
      var bytes = Array(text.utf8)
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(
          in: 0...255, using: &generator)
      }
      bytes.removeLast(Int.random(in: 0..<bytes.count, using: &generator))
      for dialect in [JSONDialect.python, .json5] { _ = try? JSONValue(bytes, dialect: dialect) }
    }
  }
}
