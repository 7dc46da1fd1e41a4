import Foundation
import TestSupport
import Testing

/// `thimble classify` gives what `thimble image` and `predict`, which are compared with Keras, give for a photo.
@Suite(.enabled(if: Fixtures.exist("Thimble") && Fixtures.exist("Imaging"), "\(Fixtures.hint)"))
struct ClassifyTests {
  private let model = Fixtures.directory("Thimble") + "/classifier.h5"
  private let labels = Fixtures.directory("Thimble") + "/labels.txt"
  private let photos = ["photo.jpg", "photo-alpha.png"].map { Fixtures.directory("Imaging") + "/files/" + $0 }
  private let names = ["apple", "banana", "cherry", "date", "elderberry"]

  private struct Result: Decodable {
    struct Label: Decodable, Equatable {
      var label: String
      var score: Float
    }
    struct Model: Decodable {
      var name: String
      var labels: [Label]
    }
    var image: String
    var models: [Model]
    var error: String?
  }

  private func results(_ outcome: Tool.Outcome) throws -> [Result] {
    try JSONDecoder().decode([Result].self, from: Data(outcome.output.utf8))
  }

  /// The labels by the long way.
  private func expected(_ photo: String, _ arguments: String...) throws -> [Result.Label] {
    let scratch = try Scratch()
    let (x, y) = (scratch.path("x.npy"), scratch.path("y.npy"))
    #expect(try Tool.run(["image", photo, "--size", "24x20", "--output", x] + arguments).status == 0)
    #expect(try Tool.run("predict", model, "--input", x, "--output", y).status == 0)
    let scores = try ArrayData(path: y).values
    return zip(names, scores).map { Result.Label(label: $0, score: $1) }.sorted { $0.score > $1.score }
  }

  @Test func `labels are those of the highest scores`() throws {
    let options = ["--preprocess", "tf", "--resize", "bicubic", "--fit", "crop"]
    let outcome = try Tool.run(
      ["classify", model] + photos + options + ["--labels", labels, "--top", "3", "--json"])
    #expect(outcome.status == 0 && outcome.error.isEmpty, "\(outcome)")
    let results = try results(outcome)
    #expect(results.map(\.image) == photos)
    for result in results {
      let truth = try expected(
        result.image, "--preprocess", "tf", "--resize", "bicubic", "--fit", "crop")
      #expect(result.models.count == 1 && result.models[0].labels == Array(truth.prefix(3)))
    }
  }

  @Test func `a table has a line for each label`() throws {
    let outcome = try Tool.run("classify", model, photos[0], "--top", "2", "--preprocess", "unit")
    #expect(outcome.status == 0 && outcome.error.isEmpty, "\(outcome)")
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.count == 3 && lines[0].hasPrefix("image ") && lines[1].hasPrefix(photos[0]))
    let best = try expected(photos[0], "--preprocess", "unit")[0]
    // Without labels the outputs are numbered.
    let number = try #require(names.firstIndex(of: best.label))
    #expect(lines[1].contains(" \(number) "))
  }

  /// Files and labels come from others: what they are called must not do anything in a terminal.
  @Test func `control characters are spelled out`() throws {
    let scratch = try Scratch()
    let name = "inv\u{202E}gpj.\u{9B}2J\u{1B}[31m\n日本.jpg"
    let photo = scratch.path(name)
    try FileManager.default.copyItem(atPath: photos[0], toPath: photo)
    let list = scratch.path("labels.txt")
    try Data(names.map { $0 + "\u{202E}\u{2066}" }.joined(separator: "\n").utf8).write(
      to: URL(fileURLWithPath: list))
    let spelled = #"inv\u202egpj.\u009b2J\u001b[31m\u000a日本.jpg"#
    let table = try Tool.run("classify", model, photo, "--labels", list)
    #expect(table.status == 0 && table.output.split(separator: "\n").count == 2, "\(table)")
    #expect(table.output.contains(spelled) && table.output.contains(#"\u202e\u2066 "#), "\(table)")
    let document = try Tool.run("classify", model, photo, "--labels", list, "--json")
    let result = try #require(try results(document).first)
    #expect(result.image == photo && result.models.first?.labels.first?.label.hasSuffix("\u{2066}") == true)
    let missing = try Tool.run("classify", model, scratch.path("no" + name))
    #expect(missing.status == 1 && missing.error.contains("no" + spelled), "\(missing)")
    #expect(missing.error.filter { $0 == "\n" }.count == 1)
    let usage = try Tool.run("predict", model, photo, "--input", "x.npy")
    #expect(usage.status == 64 && usage.error.contains(#"inv\u202egpj.\u009b2J"#), "\(usage)")
    #expect(usage.error.contains("\nUsage: thimble predict "), "\(usage)")
    for text in [table.output, document.output, missing.error, usage.error] {
      #expect(!text.unicodeScalars.contains { "\u{202E}\u{2066}\u{9B}\u{1B}".unicodeScalars.contains($0) })
    }
  }

  @Test func `all models of a configuration look at each image, with labels from its sideload`() throws {
    let scratch = try Scratch()
    let configuration = """
      {
        // Both look at the same image.
        "models": [
          {"name": "fruit", "source": "\(model)", "labels": "labels.txt", "input": {"preprocess": "tf"}},
          {"name": "numbers", "source": "\(model)", "output": {"top": 2}},
        ]
      }
      """
    try Data(configuration.utf8).write(to: URL(fileURLWithPath: scratch.path("thimble.json")))
    let python = Process()
    python.executableURL = URL(fileURLWithPath: Fixtures.python)
    python.arguments = ["-m", "zipfile", "-c", scratch.path("sideload.zip"), labels]
    try python.run()
    python.waitUntilExit()

    let outcome = try Tool.run("classify", "--config", scratch.path("thimble.json"), photos[0], "--json")
    #expect(outcome.status == 0 && outcome.error.isEmpty, "\(outcome)")
    let result = try #require(try results(outcome).first)
    #expect(result.models.map(\.name) == ["fruit", "numbers"])
    #expect(result.models[0].labels == Array(try expected(photos[0], "--preprocess", "tf").prefix(1)))
    let numbers = try expected(photos[0]).prefix(2).map { label in
      names.firstIndex(of: label.label).map(String.init)
    }
    #expect(result.models[1].labels.map(\.label) == numbers)
  }

  @Test func `buckets of a configuration may be folders`() throws {
    let scratch = try Scratch()
    let configuration = #"{"models": [{"name": "fruit", "source": "s3://models/classifier.h5"}]}"#
    try Data(configuration.utf8).write(to: URL(fileURLWithPath: scratch.path("thimble.json")))
    let outcome = try Tool.run(
      "classify", "--config", scratch.path("thimble.json"), photos[0], "--bucket",
      "models=" + Fixtures.directory("Thimble"), "--json")
    #expect(outcome.status == 0 && outcome.error.isEmpty, "\(outcome)")
    let best = try expected(photos[0])[0]
    let label = try #require(try results(outcome).first?.models.first?.labels.first)
    #expect(label.score == best.score && label.label == names.firstIndex(of: best.label).map(String.init))
  }

  /// `open.keras` ends in logits.
  @Test func `an activation and a head`() throws {
    let open = Fixtures.directory("Thimble") + "/open.keras"
    let scratch = try Scratch()
    let (x, y) = (scratch.path("x.npy"), scratch.path("y.npy"))
    #expect(try Tool.run("image", photos[0], "--size", "20x30", "--output", x).status == 0)
    #expect(try Tool.run("predict", open, "--input", x, "--output", y).status == 0)
    let logits = try ArrayData(path: y).values.map(Double.init)
    let largest = try #require(logits.max())
    let sum = logits.reduce(0) { $0 + exp($1 - largest) }
    let outcome = try Tool.run(
      "classify", open, photos[0], "--size", "20x30", "--activation", "softmax", "--head", "dense", "--json")
    #expect(outcome.status == 0 && outcome.error.isEmpty, "\(outcome)")
    let label = try #require(try results(outcome).first?.models.first?.labels.first)
    #expect(abs(Double(label.score) - 1 / sum) < 1e-6)
  }

  @Test func `an image that cannot be read is reported, and the others are classified`() throws {
    let scratch = try Scratch()
    let note = scratch.path("note.jpg")
    try Data("hello".utf8).write(to: URL(fileURLWithPath: note))
    let outcome = try Tool.run("classify", model, note, photos[0], "/nonexistent.png", "--json")
    #expect(outcome.status == 1)
    let results = try results(outcome)
    #expect(results.map { $0.models.count } == [0, 1, 0] && results[1].error == nil)
    #expect(outcome.error.contains("thimble: \(note): "), "\(outcome.error)")
    #expect(outcome.error.contains("thimble: /nonexistent.png: there is no such file; "), "\(outcome.error)")
    #expect(outcome.error.filter { $0 == "\n" }.count == 2)
  }

  @Test(arguments: [
    (
      ["M", "P", "--labels", "/nonexistent.txt"], Int32(1),
      "thimble: /nonexistent.txt: there is no such file; "
    ),
    (["M", "P", "--labels", "M"], 1, "classifier.h5: "),
    (["M", "P", "--size", "8x8"], 1, "classifier.h5: input.size is 8x8"),
    (["M", "P", "--color", "grayscale"], 1, "classifier.h5: "),
    (["P", "P"], 1, "photo.jpg: "),
    (["O", "P", "--size", "20x30"], 1, "output.activation"),
    (["M", "P", "--activation", "sigmoid"], 1, "from a softmax already"),
    (["M", "P", "--head", "1"], 1, "no output 1"), (["M", "P", "--bucket", "m=/tmp"], 64, "--config"),
    (["--config", "/nonexistent.json", "P"], 1, "thimble: /nonexistent.json: there is no such file; "),
    (["--config", "L", "P"], 1, "thimble: "),
    (["M"], 64, "Give a model and an image"),
    (["M", "P", "--top", "0"], 64, "--top"),
    (["--config", "L", "P", "--top", "2"], 64, "the configuration's"),
    (["--config", "L", "P", "--preprocess", "tf"], 64, "the configuration's"),
  ])
  func mistakes(arguments: [String], status: Int32, message: String) throws {
    let files = ["M": model, "P": photos[0], "L": labels, "O": Fixtures.directory("Thimble") + "/open.keras"]
    let outcome = try Tool.run(["classify"] + arguments.map { files[$0] ?? $0 })
    #expect(outcome.status == status, "\(outcome)")
    #expect(outcome.error.contains(message), "\(outcome)")
    #expect(outcome.output.isEmpty)
    if status == 1 { #expect(outcome.error.filter { $0 == "\n" }.count == 1, "\(outcome)") }
  }
}
