import Foundation
import TestSupport
import Testing

/// `thimble check` on folders that would and would not work as functions.
@Suite(.enabled(if: Fixtures.exist("Thimble"), "\(Fixtures.hint)"))
struct CheckTests {
  private let scratch: Scratch

  /// A folder with a model and its labels.
  init() throws {
    scratch = try Scratch()
    for name in [
      "classifier.h5", "classifier.weights.h5", "classifier.json", "heads.h5", "labels.txt", "open.keras",
      "tuned.keras", "unpacked",
    ] {
      try FileManager.default.copyItem(
        atPath: Fixtures.directory("Thimble") + "/" + name, toPath: scratch.path(name))
    }
    try Data("no model".utf8).write(to: URL(fileURLWithPath: scratch.path("text.h5")))
  }

  /// As image_dataset_from_directory resizes.
  private let input = #"{"resize": "tf-bilinear"}"#

  private func check(_ models: String, _ arguments: String...) throws -> Tool.Outcome {
    let file = URL(fileURLWithPath: scratch.path("thimble.json"))
    try Data(#"{"models": [\#(models)]}"#.utf8).write(to: file)
    return try Tool.run(["check", file.deletingLastPathComponent().path] + arguments)
  }

  private func put(_ name: String, in bucket: String, as key: String) throws {
    let target = URL(fileURLWithPath: scratch.path(bucket + "/" + key))
    try FileManager.default.createDirectory(
      at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: scratch.path(name), toPath: target.path)
  }

  @Test func `buckets may be folders`() throws {
    try put("classifier.h5", in: "m", as: "fruit/n.h5")
    try put("labels.txt", in: "l", as: "n.txt")
    let model = #"{"name": "n", "source": "s3://m/fruit/n.h5", "labels": "s3://l/n.txt", "input": \#(input)}"#
    let buckets = ["--bucket", "m=" + scratch.path("m"), "--bucket", "l=" + scratch.path("l")]
    let outcome = try check(model, buckets[0], buckets[1], buckets[2], buckets[3])
    #expect(outcome.status == 0 && outcome.error.isEmpty, "\(outcome)")
    #expect(outcome.output == "n: s3://m/fruit/n.h5 works, 5 labels\n")
    let file = try Tool.run(["check", scratch.path("thimble.json")] + buckets)
    #expect(file.status == 0 && file.output == outcome.output, "\(file)")
    let labels = try check(model, buckets[2], buckets[3])
    #expect(labels.output == "n: s3://m/fruit/n.h5 is not checked; 5 labels in s3://l/n.txt\n", "\(labels)")
    for (source, message) in [("s3://m/o.h5", "m/o.h5"), ("s3://m/../classifier.h5", "plain key")] {
      let missing = try check(#"{"name": "n", "source": "\#(source)"}"#, buckets[0], buckets[1])
      #expect(missing.status == 1 && missing.error.contains(message), "\(missing)")
    }
  }

  @Test(arguments: [
    (["F", "--bucket", "m=/nonexistent"], Int32(1), "there is no such folder"),
    (["F", "--bucket", "m"], 64, "--bucket NAME=DIR"), (["--bucket", "m=/tmp"], 64, "Name a folder"),
    (["--endpoint", "http://127.0.0.1:1", "--bucket", "m=/tmp"], 64, "--endpoint and one --bucket NAME"),
    (["--endpoint", "http://127.0.0.1:1"], 64, "--endpoint and one --bucket NAME"),
    (["--endpoint", "http://127.0.0.1:1", "--bucket", "m", "--bucket", "n=/tmp"], 64, "goes with a folder"),
  ])
  func `wrong usage`(arguments: [String], status: Int32, message: String) throws {
    _ = try check(#"{"name": "fruit", "source": "classifier.h5"}"#)
    let outcome = try Tool.run(["check"] + arguments.map { $0 == "F" ? scratch.path("thimble.json") : $0 })
    #expect(outcome.status == status && outcome.error.contains(message), "\(outcome)")
  }

  /// Of models that work: what is probably wrong with them.
  @Test(arguments: [
    (
      #"{"name": "a", "source": "tuned.keras", "input": {"preprocess": "tf", "resize": "bilinear"}}"#,
      ["scales values of 0...255"]
    ),
    (#"{"name": "a", "source": "tuned.keras"}"#, ["image_dataset_from_directory"]),
    (#"{"name": "a", "source": "tuned.keras", "input": {"resize": "bilinear"}}"#, []),
    (#"{"name": "a", "source": "tuned.keras", "input": {"resize": "nearest"}}"#, []),
    (
      #"{"name": "a", "source": "classifier.h5", "labels": ["a", "b", "a", "c", "d"], "input": {"resize": "box"}}"#,
      [#"the same label, which results cannot distinguish: "a""#]
    ),
  ])
  func warnings(model: String, texts: [String]) throws {
    let outcome = try check(model)
    #expect(outcome.status == 0 && outcome.error.isEmpty, "\(outcome)")
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.count == 1 + texts.count && lines[0].contains("works"), "\(outcome)")
    for (line, text) in zip(lines.dropFirst(), texts) {
      #expect(line.hasPrefix("a: warning: ") && line.contains(text), "\(line)")
    }
  }

  @Test func `what comes with the function is loaded`() throws {
    let outcome = try check(
      #"{"name": "fruit", "source": "classifier.h5", "labels": "labels.txt", "input": \#(input)}, {"name": "n", "source": "s3://m/n.h5"}"#
    )
    #expect(outcome.status == 0 && outcome.error.isEmpty, "\(outcome)")
    #expect(outcome.output == "fruit: classifier.h5 works, 5 labels\nn: s3://m/n.h5 is not checked\n")
  }

  @Test func `weights with their config, and another head`() throws {
    let outcome = try check(
      #"""
      {"name": "w", "source": "classifier.weights.h5", "config": "classifier.json", "labels": "labels.txt", "input": \#(input)},
      {"name": "h", "source": "heads.h5", "labels": "labels.txt", "output": {"head": "scores"}, "input": \#(input)},
      {"name": "k", "source": "heads.h5", "labels": ["one", "two"], "input": \#(input)},
      {"name": "s", "source": "s3://m/n.h5", "config": "classifier.json"}
      """#)
    #expect(outcome.status == 0 && outcome.error.isEmpty, "\(outcome)")
    #expect(
      outcome.output == """
        w: classifier.weights.h5 works, 5 labels
        h: heads.h5 works, 5 labels
        k: heads.h5 works, 2 labels
        s: s3://m/n.h5 is not checked; its config is classifier.json

        """)
  }

  @Test(arguments: [
    (#"{"name": "w", "source": "classifier.weights.h5"}"#, "model.to_json()"),
    (#"{"name": "w", "source": "classifier.weights.h5", "config": "other.json"}"#, "other.json"),
    (#"{"name": "w", "source": "classifier.weights.h5", "config": "labels.txt"}"#, "labels.txt"),
    (#"{"name": "s", "source": "s3://m/n.h5", "config": "other.json"}"#, "other.json"),
    (#"{"name": "h", "source": "heads.h5", "output": {"head": "colour"}}"#, #"1 ("scores")"#),
    (#"{"name": "h", "source": "heads.h5", "output": {"head": 2}}"#, "no output 2"),
    (#"{"name": "fruit"}"#, "source"),
    (#"{"name": "fruit", "source": "fruit.h5"}"#, "fruit.h5"),
    (#"{"name": "fruit", "source": "classifier.h5", "labels": "list.txt"}"#, "list.txt"),
    (#"{"name": "fruit", "source": "s3://m/n.h5", "labels": "list.txt"}"#, "list.txt"),
    (#"{"name": "fruit", "source": "classifier.h5", "labels": ["one"]}"#, "labels"),
    (#"{"name": "fruit", "source": "text.h5"}"#, "text.h5"),
    (#"{"name": "any", "source": "open.keras", "input": {"size": [20, 20]}}"#, "output.activation"),
    ("{", "thimble.json"),
  ])
  func `what would fail is reported`(model: String, message: String) throws {
    let outcome = try check(model)
    #expect(outcome.status == 1 && outcome.output.isEmpty, "\(outcome)")
    #expect(outcome.error.hasPrefix("thimble: ") && outcome.error.contains(message), "\(outcome)")
    #expect(outcome.error.filter { $0 == "\n" }.count == 1, "\(outcome)")
  }

  /// A model by itself: whether it works, and which settings it needs.
  @Test(arguments: [
    ("classifier.h5", []), ("unpacked", []), ("tuned.keras", ["leave input.preprocess out"]),
    ("open.keras", ["output.activation is needed"]),
  ])
  func `a model file`(name: String, notes: [String]) throws {
    let path = scratch.path(name)
    let outcome = try Tool.run("check", path)
    #expect(outcome.status == 0 && outcome.error.isEmpty, "\(outcome)")
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.first.map { $0 == "\(path) works" } == true && lines.count == 1 + notes.count, "\(outcome)")
    for (line, note) in zip(lines.dropFirst(), notes) {
      #expect(line.hasPrefix(path + ": note: ") && line.contains(note), "\(line)")
    }
  }

  /// What loading a model leaves out: the checksum of its weights.
  @Test func `damaged weights`() throws {
    let path = scratch.path("tuned.keras")
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    // Weights make up most of the file: a bit of the middle is one of a float's.
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: URL(fileURLWithPath: path))
    for outcome in [
      try Tool.run("check", path),
      try check(#"{"name": "t", "source": "tuned.keras", "output": {"activation": "none"}}"#),
    ] {
      #expect(
        outcome.status == 1
          && outcome.error.contains("model.weights.h5: its checksum is wrong: it is damaged"),
        "\(outcome)")
    }
  }

  /// What is found in a model's place where it was not fetched as it should be.
  @Test(arguments: [
    ("version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 5\n", "git lfs pull"),
    ("<!DOCTYPE html><html>", "a web page"), ("\n<HTML lang=en>", "a web page"),
    ("<?xml version='1.0'?>\n<Error><Code>AccessDenied</Code></Error>", "S3's answer to a call that failed"),
    ("<?xml version='1.0'?><a/>", "an XML file"), ("<a>", "neither an HDF5 file"),
  ])
  func `something else in the place of a model`(text: String, message: String) throws {
    let path = scratch.path("other.keras")
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    let outcome = try Tool.run("check", path)
    #expect(outcome.status == 1 && outcome.error.contains(message), "\(outcome)")
  }

  @Test(
    arguments: [([0x1F, 0x8B, 8, 0], "gunzip"), ([0x80, 4, 0x95, 0], "a pickle of Python")]
      as [([UInt8], String)])
  func `another kind of file in the place of a model`(bytes: [UInt8], message: String) throws {
    let path = scratch.path("other.h5")
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let outcome = try Tool.run("check", path)
    #expect(outcome.status == 1 && outcome.error.contains(message), "\(outcome)")
  }

  @Test(arguments: [
    ("text.h5", "neither an HDF5 file nor a .keras archive"), ("classifier.weights.h5", "model.to_json()"),
    ("none.keras", "none.keras"), ("labels.txt", "labels.txt"),
  ])
  func `a file that is not a model`(name: String, message: String) throws {
    let outcome = try Tool.run("check", scratch.path(name))
    #expect(outcome.status == 1 && outcome.output.isEmpty && outcome.error.contains(message), "\(outcome)")
  }

  /// A `.keras` file may come with the function unpacked; an object in S3 is never a folder.
  @Test func `a folder into which a model was unpacked`() throws {
    let outcome = try check(
      #"{"name": "u", "source": "unpacked", "labels": "labels.txt", "input": \#(input)}"#)
    #expect(outcome.status == 0 && outcome.output == "u: unpacked works, 5 labels\n", "\(outcome)")
    try put("unpacked", in: "m", as: "unpacked")
    let object = try check(
      #"{"name": "u", "source": "s3://m/unpacked"}"#, "--bucket", "m=" + scratch.path("m"))
    #expect(object.status == 1 && object.error.contains("there is no file"), "\(object)")
    let other = try check(#"{"name": "u", "source": "m"}"#)
    #expect(other.status == 1 && other.error.contains("m is a folder"), "\(other)")
  }

  @Test func `all models are looked at`() throws {
    let outcome = try check(#"{"name": "a", "source": "a.h5"}, {"name": "b", "source": "b.h5"}"#)
    #expect(outcome.status == 1)
    #expect(outcome.error.contains("a.h5") && outcome.error.contains("b.h5"), "\(outcome)")
  }

  @Test func `a folder without a configuration`() throws {
    let outcome = try Tool.run("check", scratch.path("thimble.json") + "/..")
    #expect(outcome.status == 1 && outcome.error.contains("THIMBLE_CONFIG"), "\(outcome)")
  }
}
