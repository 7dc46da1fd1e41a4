import Foundation
import TestSupport
import Testing

/// `thimble predict`, `verify`, `inspect` and `bench` on models that Keras saved (scripts/fixtures/Thimble.py).
@Suite(.enabled(if: Fixtures.exist("Thimble"), "\(Fixtures.hint)"))
struct ModelTests {
  private func file(_ name: String) -> String { Fixtures.directory("Thimble") + "/" + name }

  private func json(_ outcome: Tool.Outcome) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
  }

  // MARK: predict

  /// Inputs and outputs of each model.
  static let models = [("classifier", 1, 1), ("two", 2, 2), ("open", 1, 1)]

  @Test(arguments: models, ["h5", "keras"])
  func `predict gives Keras' numbers`(model: (name: String, inputs: Int, outputs: Int), type: String) throws {
    let scratch = try Scratch()
    var arguments = ["predict", file("\(model.name).\(type)"), "--threads", "2"]
    for index in 0..<model.inputs { arguments += ["--input", file("\(model.name)-x\(index).npy")] }
    for index in 0..<model.outputs { arguments += ["--output", scratch.path("\(index).npy")] }
    let outcome = try Tool.run(arguments)
    #expect(outcome.status == 0 && outcome.output.isEmpty && outcome.error.isEmpty, "\(outcome)")
    for index in 0..<model.outputs {
      let ours = try ArrayData(path: scratch.path("\(index).npy"))
      let theirs = try ArrayData(path: file("\(model.name)-y\(index).npy"))
      let found = difference(
        (ours.shape, ours.values), (theirs.shape, theirs.values), within: .absolute(1e-5))
      #expect(found == nil, "\(index)")
    }
  }

  @Test func `results are the same to the bit for any number of threads`() throws {
    let scratch = try Scratch()
    for threads in ["1", "2", "3"] {
      let outcome = try Tool.run(
        "predict", file("classifier.h5"), "-i", file("classifier-x0.npy"), "-o", scratch.path(threads),
        "--threads", threads)
      #expect(outcome.status == 0, "\(outcome)")
    }
    let one = try Data(contentsOf: URL(fileURLWithPath: scratch.path("1")))
    for threads in ["2", "3"] {
      #expect(try Data(contentsOf: URL(fileURLWithPath: scratch.path(threads))) == one)
    }
  }

  @Test func `without a file the highest values are printed`() throws {
    let outcome = try Tool.run("predict", file("classifier.h5"), "--input", file("classifier-x0.npy"))
    #expect(outcome.status == 0 && outcome.error.isEmpty, "\(outcome)")
    let lines = outcome.output.split(separator: "\n")
    try #require(lines.count == 71)
    #expect(lines[0].hasSuffix(" 70x5"))
    let scores = Array(try ArrayData(path: file("classifier-y0.npy")).values.prefix(5))
    let best = try #require(scores.indices.max { scores[$0] < scores[$1] })
    #expect(lines[1].hasPrefix("  0: [\(best)] 0."))
  }

  // MARK: verify

  @Test func `verify passes on Keras' numbers`() throws {
    let outcome = try Tool.run(
      "verify", file("two.keras"), "--input", file("two-x0.npy"), "--input", file("two-x1.npy"), "--expect",
      file("two-y0.npy"), "--expect", file("two-y1.npy"), "--tolerance", "1e-5", "--json")
    #expect(outcome.status == 0 && outcome.error.isEmpty, "\(outcome)")
    let report = try json(outcome)
    #expect(report["passed"] as? Bool == true)
    let outputs = try #require(report["outputs"] as? [[String: Any]])
    #expect(outputs.count == 2 && outputs[0]["shape"] as? [Int] == [3, 3])
  }

  @Test func `verify says where a value is off and by how much`() throws {
    let scratch = try Scratch()
    var truth = try ArrayData(path: file("classifier-y0.npy"))
    truth.values[41 * 5 + 3] += 0.25
    truth.values[50 * 5] += 0.125
    try truth.write(to: scratch.path("y.npy"))
    let arguments = [
      "verify", file("classifier.h5"), "--input", file("classifier-x0.npy"), "--expect",
      scratch.path("y.npy"),
    ]
    let text = try Tool.run(arguments)
    #expect(text.status == 1 && text.error.isEmpty)
    #expect(text.output.contains("largest difference 0.25 at [41, 3]"), "\(text.output)")
    #expect(text.output.contains("2 of 350 values are off"), "\(text.output)")

    let outcome = try Tool.run(arguments + ["--json"])
    #expect(outcome.status == 1 && outcome.error.isEmpty)
    let report = try json(outcome)
    #expect(report["passed"] as? Bool == false)
    let output = try #require((report["outputs"] as? [[String: Any]])?.first)
    #expect(output["beyondTolerance"] as? Int == 2)
    let worst = try #require(output["worst"] as? [String: Any])
    #expect(worst["index"] as? [Int] == [41, 3])
    #expect(abs((worst["difference"] as? Double ?? 0) - 0.25) < 1e-5)

    #expect(try Tool.run(arguments + ["--tolerance", "0.3"]).status == 0)
  }

  @Test func `not a number is wrong, unless it is expected`() throws {
    let scratch = try Scratch()
    var truth = try ArrayData(path: file("classifier-y0.npy"))
    truth.values[7] = .nan
    try truth.write(to: scratch.path("y.npy"))
    let outcome = try Tool.run(
      "verify", file("classifier.h5"), "--input", file("classifier-x0.npy"), "--expect",
      scratch.path("y.npy"),
      "--tolerance", "1e9", "--json")
    #expect(outcome.status == 1)
    #expect(outcome.output.contains("\"Infinity\""), "\(outcome.output)")
  }

  // MARK: inspect

  @Test func `inspect counts what Keras counts`() throws {
    let report = try json(Tool.run("inspect", file("classifier.h5"), "--json"))
    // Keras' count_params: conv 3*3*3*8+8, norm 4*8, depthwise 3*3*8+8, dense 8*10*8*5+5.
    #expect(report["parameters"] as? Int == 224 + 32 + 80 + 3205)
    let layers = try #require(report["layers"] as? [[String: Any]])
    func layer(_ name: String) throws -> [String: Any] {
      try #require(layers.first { $0["name"] as? String == name })
    }
    #expect(try layer("conv")["className"] as? String == "Conv2D")
    let shape = try #require(try layer("conv")["outputShape"] as? [Any])
    #expect(shape.map { $0 as? Int } == [nil, 24, 20, 8])
    // Two a weight and place.
    #expect(abs((try layer("conv")["flops"] as? Double ?? 0) - 24 * 20 * 8 * (2 * 27 + 1)) <= 24 * 20 * 8)
    #expect(try layer("relu")["fusedInto"] as? String == "conv")
    #expect((try layer("dropout")["kernels"] as? [String])?.isEmpty == true)
    #expect(report["inputs"] is [[String: Any]] && (report["arenaBytes"] as? Int ?? 0) > 0)
  }

  @Test func `inspect lists layers, what was fused, and memory`() throws {
    let outcome = try Tool.run("inspect", file("open.keras"), "--shape", "2x32x48x3")
    #expect(outcome.status == 0 && outcome.error.isEmpty, "\(outcome)")
    for text in ["GlobalMaxPooling2D", "?x?x?x3", "for 2x32x48x3", "memory: "] {
      #expect(outcome.output.contains(text), "\(outcome.output)")
    }
  }

  @Test func `inspect lists a file of weights, and says what is missing`() throws {
    let outcome = try Tool.run("inspect", file("classifier.weights.h5"))
    #expect(outcome.status == 1 && outcome.error.contains("weights only"), "\(outcome)")
    // A class and a number are all that such a file says of a layer.
    #expect(outcome.output.contains("conv2d ") && outcome.output.contains("3x3x3x8  8"), "\(outcome)")
    let json = try Tool.run("inspect", file("classifier.weights.h5"), "--json")
    #expect(json.status == 1 && json.output.isEmpty, "\(json)")
  }

  @Test(arguments: ["inspect", "check"])
  func `all that is missing is listed, with what to do`(command: String) throws {
    let outcome = try Tool.run(command, file("own.keras"))
    #expect(outcome.status == 1, "\(outcome)")
    #expect(outcome.output.contains("3 layers cannot be read"))
    #expect(outcome.output.contains("mine>Drop (drop_2, drop_1):\n"), "\(outcome.output)")
    #expect(outcome.output.contains("mine>Scale (scale):\n") && outcome.output.contains("--class mine>Scale=..."))
    #expect(outcome.error.filter { $0 == "\n" }.count == 1 && outcome.error.contains("2 more of its layers"))
  }

  @Test func `what is missing is listed as JSON`() throws {
    let outcome = try Tool.run("inspect", file("own.h5"), "--json", "--class", "Drop=Identity")
    #expect(outcome.status == 1)
    let missing = try #require(try json(outcome)["missing"] as? [[String: String]])
    #expect(missing.map { $0["name"] } == ["scale"] && missing[0]["className"] == "mine>Scale")
    #expect(missing[0]["reason"]?.isEmpty == false && missing[0]["remedy"]?.contains("keras.layers") == true)
  }

  @Test(arguments: ["h5", "keras"]) func `the user's word for a class is taken`(type: String) throws {
    let classes = [
      "--class", "Drop=Dropout", "--class", #"mine>Scale={"class": "Rescaling", "config": {"scale": 0.25}}"#,
    ]
    let outcome = try Tool.run(
      ["verify", file("own.\(type)"), "-i", file("own-x0.npy"), "-e", file("own-y0.npy")] + classes)
    #expect(outcome.status == 0, "\(outcome)")
    let check = try Tool.run(["check", file("own.\(type)")] + classes)
    #expect(check.status == 0 && check.output.contains("works"), "\(check)")
  }

  @Test func `an unpacked .keras file is the same model`() throws {
    let folder = try Tool.run("inspect", file("unpacked"), "--json")
    let archive = try Tool.run("inspect", file("classifier.keras"), "--json")
    #expect(folder.status == 0, "\(folder)")
    let (ours, theirs) = (try json(folder)["layers"] as? NSArray, try json(archive)["layers"] as? NSArray)
    #expect(ours != nil && ours == theirs)
  }

  @Test(arguments: [
    ("tuned", ["it scales values of 0...255 itself"]),
    ("open", [#"output "dense" is not followed by softmax or sigmoid"#]), ("classifier", []),
  ])
  func `inspect says what settings a model needs`(model: String, notes: [String]) throws {
    let found = try #require(
      try json(Tool.run("inspect", file(model + ".keras"), "--json"))["notes"] as? [String])
    #expect(found.count == notes.count && zip(found, notes).allSatisfy { $0.hasPrefix($1) }, "\(found)")
    let text = try Tool.run("inspect", file(model + ".keras")).output
    for note in notes { #expect(text.contains("\nnote: " + note), "\(text)") }
  }

  // MARK: bench

  @Test func `bench reports times in order and all steps`() throws {
    let outcome = try Tool.run(
      "bench", file("classifier.keras"), "--seconds", "0.1", "--threads", "1", "--profile", "--json")
    #expect(outcome.status == 0 && outcome.error.isEmpty, "\(outcome)")
    let report = try json(outcome)
    let warm = try #require(report["warm"] as? [String: Any])
    let times = ["best", "p50", "p90", "p99"].compactMap { warm[$0] as? Double }
    #expect(times.count == 4 && times == times.sorted() && times[0] > 0)
    #expect(warm["runs"] as? Int ?? 0 >= 5)
    for key in [
      "loadMilliseconds", "firstRunMilliseconds", "packMilliseconds", "gigaflopsPerSecond",
      "peakGigaflopsPerSecond",
    ] {
      #expect(report[key] as? Double ?? 0 > 0, "\(key)")
    }
    let steps = try #require(report["steps"] as? [[String: Any]])
    #expect(steps.contains { $0["layer"] as? String == "conv" })
    #expect(steps.allSatisfy { ($0["kernel"] as? String)?.isEmpty == false })
    let text = try Tool.run("bench", file("classifier.keras"), "--seconds", "0.1", "--profile")
    #expect(text.output.contains("warm run   p50 ") && text.output.contains("of peak"), "\(text.output)")
  }

  // MARK: Mistakes

  @Test(arguments: [
    (
      ["predict", "/nonexistent.h5", "--input", "X"], Int32(1),
      "thimble: /nonexistent.h5: there is no such file; "
    ),
    (
      ["predict", "M", "--input", "/nonexistent.npy"], 1, "thimble: /nonexistent.npy: there is no such file; "
    ),
    (["predict", "M", "--input", "M"], 1, "not an .npy file; "),
    (["predict", "M", "--input", "O"], 1, "does not fit the model's input"),
    (["predict", "M", "--input", "X", "--output", "/nonexistent/y.npy"], 1, "thimble: /nonexistent/y.npy: "),
    (["predict", "X", "--input", "X"], 1, "-x0.npy: "),
    (["verify", "M", "--input", "X", "--expect", "X"], 1, "differs from the shape of the output"),
    (["predict", "M"], 64, "--input"),
    (["predict", "M", "--input", "X", "--input", "X"], 64, "it is given 2 times"),
    (["predict", "M", "--input", "X", "--output", "a", "--output", "b"], 64, "it is given 2 times"),
    (["predict", "M", "--input", "X", "--threads", "0"], 64, "--threads"),
    (["verify", "M", "--input", "X"], 64, "--expect"),
    (["verify", "M", "--input", "X", "--expect", "X", "--tolerance", "-1"], 64, "--tolerance"),
    (["verify", "M", "--input", "X", "--expect", "X", "--tolerance", "inf"], 64, "--tolerance"),
    (["verify", "M", "--input", "X", "--expect", "X", "--tolerance", "nan"], 64, "--tolerance"),
    (["inspect", "M", "--shape", "1x0x3"], 64, "--shape"),
    (["inspect", "M", "--class", "Drop"], 64, "write NAME=CLASS"),
    (["inspect", "M", "--class", "Drop=Dropuot"], 64, "did you mean \"Dropout\"?"),
    (["inspect", "M", "--class", "Drop={class: 'ReLU', confg: {}}"], 64, "did you mean \"config\"?"),
    (["inspect", "M", "--shape", "1x8x8x3"], 1, "classifier.h5: "),
    (["bench", "M", "--seconds", "0"], 64, "--seconds"),
    (["nonsense"], 64, "nonsense"),
  ])
  func mistakes(arguments: [String], status: Int32, message: String) throws {
    let files = ["M": "classifier.h5", "X": "classifier-x0.npy", "O": "open-x0.npy"]
    let outcome = try Tool.run(arguments.map { files[$0].map(file) ?? $0 })
    #expect(outcome.status == status, "\(outcome)")
    #expect(outcome.error.contains(message), "\(outcome)")
    #expect(outcome.output.isEmpty)
    if status == 1 { #expect(outcome.error.filter { $0 == "\n" }.count == 1, "\(outcome)") }
  }

  @Test(arguments: ["inspect", "predict", "verify", "classify", "image", "bench", "emulate"])
  func `help comes with examples`(command: String) throws {
    let outcome = try Tool.run("help", command)
    #expect(outcome.status == 0 && outcome.error.isEmpty)
    #expect(outcome.output.contains("Examples:\n  thimble \(command) "), "\(outcome.output)")
  }
}
