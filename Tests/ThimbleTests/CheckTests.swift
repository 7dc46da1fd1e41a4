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
      "classifier.h5", "classifier.weights.h5", "classifier.json", "heads.h5", "labels.txt",
    ] {
      try FileManager.default.copyItem(
        atPath: Fixtures.directory("Thimble") + "/" + name, toPath: scratch.path(name))
    }
    try Data("no model".utf8).write(to: URL(fileURLWithPath: scratch.path("text.h5")))
  }

  private func check(_ models: String) throws -> Tool.Outcome {
    let file = URL(fileURLWithPath: scratch.path("thimble.json"))
    try Data(#"{"models": [\#(models)]}"#.utf8).write(to: file)
    return try Tool.run("check", file.deletingLastPathComponent().path)
  }

  @Test func `what comes with the function is loaded`() throws {
    let outcome = try check(
      #"{"name": "fruit", "source": "classifier.h5", "labels": "labels.txt"}, {"name": "n", "source": "s3://m/n.h5"}"#
    )
    #expect(outcome.status == 0 && outcome.error.isEmpty, "\(outcome)")
    #expect(outcome.output == "fruit: classifier.h5 works, 5 labels\nn: s3://m/n.h5 is not looked at\n")
  }

  @Test func `weights with their config, and another head`() throws {
    let outcome = try check(
      #"""
      {"name": "w", "source": "classifier.weights.h5", "config": "classifier.json", "labels": "labels.txt"},
      {"name": "h", "source": "heads.h5", "labels": "labels.txt", "output": {"head": "scores"}},
      {"name": "k", "source": "heads.h5", "labels": ["one", "two"]},
      {"name": "s", "source": "s3://m/n.h5", "config": "classifier.json"}
      """#)
    #expect(outcome.status == 0 && outcome.error.isEmpty, "\(outcome)")
    #expect(
      outcome.output == """
        w: classifier.weights.h5 works, 5 labels
        h: heads.h5 works, 5 labels
        k: heads.h5 works, 2 labels
        s: s3://m/n.h5 is not looked at; its config is classifier.json

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
    ("{", "thimble.json"),
  ])
  func `what would fail is told`(model: String, message: String) throws {
    let outcome = try check(model)
    #expect(outcome.status == 1 && outcome.output.isEmpty, "\(outcome)")
    #expect(outcome.error.hasPrefix("thimble: ") && outcome.error.contains(message), "\(outcome)")
    #expect(outcome.error.filter { $0 == "\n" }.count == 1, "\(outcome)")
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
