import Foundation
import TestSupport
import Testing
import XML

struct XMLElementTests {
  @Test func documents() throws {
    let text = """
      \u{FEFF}<?xml version="1.0" encoding="UTF-8"?>
      <!-- c --><a:Error xmlns:a="http://x/?>" y='>'>
        <Code>Slow&amp;&lt;Down&gt; &#252;&#x1F600;&quot;&apos;</Code><Empty/><Empty ></Empty >
        <Message><![CDATA[a <b> & c]]>, d</Message>
        <List><Item>1</Item><!-- > --><Item>2</Item></List>
      </a:Error>

      """
    let root = try #require(XMLElement(parsing: Array(text.utf8)))
    #expect(root.name == "Error")
    #expect(root["Code"] == "Slow&<Down> ü😀\"'")
    #expect(root["Message"] == "a <b> & c, d")
    #expect(root["Empty"] == "" && root.children("Empty").count == 2)
    #expect(root.child("List")?.children("Item").map(\.text) == ["1", "2"])
    #expect(root["None"] == nil)
  }

  @Test func otherThingsAreNone() {
    let deep = String(repeating: "<a>", count: 100_000)
    let texts = [
      "", " ", "x", "<", "<a", "<a>", "<a/>x", "<a></b>", "<a><b></a></b>", "<a b='>", "<a>&x;</a>",
      "<a>&#xD800;</a>",
      "<a>&amp</a>", "<!DOCTYPE a []><a/>", "<a><!-- </a>", "<a><![CDATA[ </a>", "<?xml <a/>", "<></>",
      "<a/><b/>", deep,
      "<a>&#99999999999;</a>", "</a>", "<a>&#+65;</a>", "<a>&#x+41;</a>", "<a>&#;</a>", "<a>&x41;</a>",
      "<!DOCTYPE></!DOCTYPE>", "<a><?b?></?b?></a>", "<a<b></a>", "<a b='<'/>", "<a>&#-0;</a>",
    ]
    for text in texts { #expect(XMLElement(parsing: Array(text.utf8)) == nil, "\(text.prefix(40))") }
  }

  private struct Element: Decodable {
    var name: String
    var text: String
    var children: [Element]

    func matches(_ element: XMLElement) -> Bool {
      name == element.name && text == element.text && children.count == element.children.count
        && zip(children, element.children).allSatisfy { $0.matches($1) }
    }
  }

  private struct Documents: Decodable {
    struct Sound: Decodable {
      var document: String
      var root: Element
    }

    var sound: [Sound]
    var texts: [String]
  }

  private static func documents() throws -> Documents {
    let url = URL(fileURLWithPath: Fixtures.directory("XML") + "/documents.json")
    return try JSONDecoder().decode(Documents.self, from: Data(contentsOf: url))
  }

  @Test(.enabled(if: Fixtures.exist("XML"), Comment(rawValue: Fixtures.hint)))
  func whatPythonWrites() throws {
    let documents = try Self.documents()
    #expect(documents.sound.count > 100)
    for item in documents.sound {
      let root = try #require(XMLElement(parsing: Array(item.document.utf8)), "\(item.document)")
      #expect(item.root.matches(root), "\(item.document)")
    }
  }

  /// Python's expat reads what is escaped here, and so do we; cut off anywhere a document is not one.
  @Test(
    .enabled(
      if: Fixtures.exist("XML") && FileManager.default.isExecutableFile(atPath: Fixtures.python),
      Comment(rawValue: Fixtures.hint)))
  func escapedText() throws {
    let texts = try Self.documents().texts
    let documents = texts.map { "<a>" + XMLText.escape($0) + "</a>" }
    for (text, document) in zip(texts, documents) {
      let bytes = Array(document.utf8)
      #expect(XMLElement(parsing: bytes)?.text == text)
      for count in 0..<bytes.count { #expect(XMLElement(parsing: Array(bytes[..<count])) == nil) }
    }
    let scratch = try Scratch()
    let path = scratch.path("pairs.json")
    try JSONEncoder().encode([texts, documents]).write(to: URL(fileURLWithPath: path))
    let script = """
      import json, sys, xml.etree.ElementTree as tree
      for text, document in zip(*json.load(open(sys.argv[1]))):
        assert (tree.fromstring(document).text or "") == text, (text, document)
      """
    let python = try Process.run(URL(fileURLWithPath: Fixtures.python), arguments: ["-c", script, path])
    python.waitUntilExit()
    #expect(python.terminationStatus == 0)
    // As S3 writes characters that XML cannot hold.
    #expect(XMLText.escape("\u{1}\u{1F}") == "&#x1;&#x1f;")
  }
}
