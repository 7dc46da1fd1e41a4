import Foundation
import TestSupport
import Testing

@testable import Classifier

/// The forms in which labels are left by training.
struct LabelTests {
  private func read(_ text: String, _ file: String = "l.txt") throws -> [String] {
    try Labels.read(Array(text.utf8), from: #require(FileReference(file)))
  }

  @Test func lists() throws {
    #expect(try read("\u{FEFF}cat\r\n Egyptian cat \n日本\n\n") == ["cat", "Egyptian cat", "日本"])
    #expect(try read("[\"a\", 'b']", "l.JSON") == ["a", "b"])
    #expect(try read("['a']", "s3://b/l.json?versionId=v") == ["a"])
  }

  @Test func numbered() throws {
    #expect(try read("{dog: 1, cat: 0}", "l.json") == ["cat", "dog"])
    #expect(try read("{'1': 'dog', '0': 'cat'}", "l.json") == ["cat", "dog"])
    let index = "{'0': ['n01440764', 'tench'], '1': ['n01443537', 'goldfish']}"
    #expect(try read(index, "l.json") == ["tench", "goldfish"])
    // Folders named by digits: values are numbers, so names are labels.
    #expect(try read("{'7': 0, '3': 1}", "l.json") == ["7", "3"])
    #expect(try read("0 cat\n1 black dog\n") == ["cat", "black dog"])
    #expect(try read("1 dog\n0 cat") == ["cat", "dog"])
    #expect(try read("2 bird\n0 cat\n1 dog") == ["cat", "dog", "bird"])
    #expect(try read("1\u{A0}dog\n0\u{A0}cat") == ["cat", "dog"])
  }

  /// Whatever stands between, and in whichever order: the number says which output a label is of.
  @Test(arguments: [
    "1: b\n0: a\n2: c", "1,b\n0,a\n2,c", "2=c\n0=a\n1=b", "1\tb\n0\ta\n2\tc", "2 ; c\n0 ; a\n1 ; b",
    "1) b\n0) a\n2) c",
    "1. b\n0. a\n2. c", "٠ a\n٢ c\n١ b", "02 c\n00 a\n01 b", "2 b\n1 a\n3 c", "3: c\n2: b\n1: a",
  ])
  func `numbers with other signs`(text: String) throws { #expect(try read(text) == ["a", "b", "c"]) }

  /// Numbers that are not the outputs' belong to the labels.
  @Test(arguments: [
    ["20 km/h", "30 km/h", "100 km/h"], ["0 cat", "dog"], ["101 dalmatians"], ["0", "1"], ["0cat", "1dog"],
    ["0.5 mm", "0.7 mm", "1.0 mm"], ["10: ten", "20: twenty"], ["class 0", "class 10", "class 2", "class 1"],
  ])
  func `numbers of labels stay`(labels: [String]) throws {
    #expect(try read(labels.joined(separator: "\n")) == labels)
  }

  @Test(arguments: [
    ("a\n\nb", "l.txt", "line 2: a label is empty"), ("", "l.txt", "no labels"),
    ("[]", "l.json", "no labels"),
    ("{}", "l.json", "no labels"), ("'a'", "l.json", "should be here, not a string"),
    ("[1]", "l.json", "[0]: a label is a string"), ("[", "l.json", "line 1"), ("a\u{7}", "l.txt", "control"),
    ("{cat: 0, dog: 2}", "l.json", "label \"dog\" is of output 2, but 2 labels are numbered from 0 to 1"),
    ("{cat: 0, dog: -1}", "l.json", "of output -1"),
    ("{cat: 1, dog: 1}", "l.json", "\"cat\" and \"dog\" are both of output 1"),
    ("{cat: 0, cat: 1}", "l.json", "\"cat\" is used twice here"),
    ("{'1': 'cat', '2': 'dog'}", "l.json", "of output 2"),
    ("{'0': 'cat', dog: 1.5}", "l.json", "dog: the number"),
    ("{'00': 'cat'}", "l.json", "00: the number"),
    ("{'0': ['a', 'b', 'c']}", "l.json", "0: a label is a string, not a list"),
    ("{'0': ''}", "l.json", "0: a label is empty"),
    ("0: cat\n1 dog", "l.txt", "the same sign"),
    ("0,5 mm\n1,2 mm\n2,4 mm", "l.txt", "write a list in a .json file"),
    ("2: a\n0: b\n2: c", "l.txt", "not 0 to 2"), ("cat,1\ndog,0", "l.txt", "ends with a number"),
    ("cat\t0\ndog\t1", "l.txt", "ends with"),
    ("0 cat\n2 dog", "l.txt", "not 0 to 1"), ("0 cat\n1 dog\n1 bird", "l.txt", "not 0 to 2"),
    ("0 stars\n1 star\n2 stars", "l.txt", "a list in a .json file"),
  ])
  func mistakes(text: String, file: String, reason: String) throws {
    let error = #expect(throws: ConfigurationError.self) { try read(text, file) }
    #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    #expect(error?.file == file)
  }

  @Test func `no text`() {
    #expect(throws: ConfigurationError.self) { try Labels.read([0x61, 0xFF], from: .path("l.txt")) }
  }

  @Test func duplicates() {
    #expect(Labels.warnings(["a", "b"]).isEmpty)
    let warnings = Labels.warnings(["crane", "maillot", "crane", "x", "maillot", "crane"])
    #expect(warnings.count == 1 && warnings[0].contains("\"crane\", \"maillot\""), "\(warnings)")
  }

  /// As Python writes them.
  @Test(
    .enabled(if: Fixtures.exist("Classifier"), "\(Fixtures.hint)"),
    arguments: ["class-indices.json", "index-classes.json", "class-index.json", "teachable.txt"])
  func files(name: String) throws {
    let bytes = try Data(contentsOf: URL(fileURLWithPath: Fixtures.directory("Classifier") + "/" + name))
    #expect(try Labels.read(Array(bytes), from: .path(name)) == (0..<12).map { "class \($0)" })
  }
}
