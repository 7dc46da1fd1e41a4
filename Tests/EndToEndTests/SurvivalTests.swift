import Emulator
import Foundation
import TestSupport
import Testing

/// Whatever goes wrong: a clear error that names file and cause, and the next good event works.
@Suite(.enabled(if: Deployment.isPossible, Deployment.hint), .serialized)
struct SurvivalTests {
  private func deployed(
    _ configuration: String = Deployment.oneModel(), configure: (inout EmulatorOptions) -> Void = { _ in },
    _ body: (Deployment) async throws -> Void
  ) async throws {
    let scratch = try Deployment.prepare(configuration)
    try Deployment.copy("means.h5", to: "models/means.h5", scratch)
    try await Deployment.run(
      scratch,
      configure: { options in
        // Each failure once.
        options.retryDelays = []
        configure(&options)
      }, body)
  }

  /// All of one process: it has been started once.
  private func expectOneProcess(_ deployment: Deployment) {
    #expect(deployment.log.text.components(separatedBy: "INIT_START").count == 2, "\(deployment.log.text)")
  }

  @Test func corruptImages() async throws {
    try await deployed { deployment in
      try await deployment.python(
        """
        whole = picture(200, 100, 0, (300, 200))
        put("cut.png", whole[:len(whole) // 2])
        put("cut.jpg", picture(200, 100, 0, (300, 200), "JPEG")[:300])
        put("flipped.png", whole[:60] + bytes([whole[60] ^ 255]) + whole[61:])
        put("empty.png", b"")
        put("page.png", b"<!DOCTYPE html><html><body>404</body></html>")
        put("noise.jpg", bytes([0xFF, 0xD8, 0xFF]) + bytes(range(256)) * 40)
        put("good.png", whole)
        """)
      try await deployment.settle()
      let statuses = try await deployment.statuses
      #expect(statuses.suffix(2) == ["good.png tagged", "good.png skipped"])
      for (key, reason) in [
        ("cut.png", "truncated"), ("cut.jpg", ""), ("flipped.png", ""), ("empty.png", "an empty file"),
        ("page.png", "an HTML page"), ("noise.jpg", ""),
      ] {
        let error = statuses.first { $0.contains("s3://images/\(key)") }
        #expect(
          error?.hasPrefix("error: 1 of 1 objects failed: s3://images/\(key): ") == true,
          "\(key): \(statuses)")
        if !reason.isEmpty { #expect(error?.contains(reason) == true, "\(error ?? "")") }
      }
      expectOneProcess(deployment)
    }
  }

  /// Credentials that are too old fail the event, and the process ends: Lambda starts another one, with new ones. The
  /// old code called them SSE-C and stayed, so that every event failed until Lambda had no more use for the process.
  @Test func expiredCredentials() async throws {
    let scratch = try Deployment.prepare(Deployment.oneModel("means.h5"))
    try Deployment.copy("means.h5", to: "function/means.h5", scratch)
    try Deployment.copy("photos/astronaut.png", to: "images/a.png", scratch)
    try await Deployment.run(
      scratch,
      configure: { options in
        options.notifyingBuckets = []
        options.retryDelays = []
        options.faults = FaultPlan(rate: 0.3, kinds: [.expiredToken])
      }
    ) { deployment in
      var failures = 0
      var last: String?
      for _ in 0..<40 where failures < 3 || last != nil {
        (_, last) = try await deployment.invoke("a.png")
        if let last {
          failures += 1
          #expect(last.contains("ExpiredToken") && !last.contains("SSE-C"), "\(last)")
        }
      }
      #expect(failures >= 3 && last == nil)
      #expect(
        deployment.log.text.components(separatedBy: "INIT_START").count - 1 == failures + 1,
        "\(deployment.log.text)")
    }
  }

  /// All records are handled; the failed ones are named.
  @Test func oneBadAmongGood() async throws {
    try await deployed(configure: { $0.notifyingBuckets = [] }) { deployment in
      try await deployment.python(
        """
        put("a.png", picture(255, 0, 0))
        put("bad.png", b"GIF89a")
        put("b.png", picture(0, 255, 0))
        """)
      let (_, error) = try await deployment.invoke("a.png", "bad.png", "no-such.png", "b.png", "folder/")
      #expect(
        error
          == "1 of 5 objects failed: s3://images/bad.png: this is a GIF image; only PNG, JPEG, BMP and PNM are read"
      )
      try await deployment.python(
        #"same([metadata(key)["colour"] for key in ["a.png", "b.png"]], ["red", "green"])"#)
      // Delivered again, the good ones end at their HEAD.
      try await deployment.python(#"put("bad.png", picture(0, 0, 255))"#)
      let (answer, none) = try await deployment.invoke("a.png", "bad.png", "no-such.png", "b.png", "folder/")
      let statuses = (answer["objects"] as? [[String: Any]])?.map { $0["status"] as? String ?? "" }
      #expect(none == nil && statuses == ["skipped", "tagged", "gone", "skipped", "skipped"])
      expectOneProcess(deployment)
    }
  }

  @Test func badModels() async throws {
    let scratch = try Deployment.prepare(
      """
      {models: [
        {name: 'truncated', source: 's3://models/truncated.h5', when: {prefix: 'truncated'}},
        {name: 'weights', source: 's3://models/weights-only.h5', when: {prefix: 'weights'}},
        {name: 'unknown', source: 's3://models/unknown-layer.h5', when: {prefix: 'unknown'}},
        {name: 'nan', source: 's3://models/nan.h5', when: {prefix: 'nan'}},
        {name: 'missing', source: 's3://models/missing.h5', when: {prefix: 'missing'}},
        {name: 'labels', source: 's3://models/means.h5', labels: ['one'], when: {prefix: 'labels'}},
        {name: 'text', source: 's3://models/text.h5', when: {prefix: 'text'}, preload: true},
        {name: 'colour', source: 's3://models/means.h5', labels: ['red', 'green', 'blue'], when: {prefix: 'good'}},
      ]}
      """)
    for file in ["means.h5", "unknown-layer.h5", "nan.h5"] {
      try Deployment.copy(file, to: "models/" + file, scratch)
    }
    for file in ["weights-only.h5", "squeezenet.h5"] {
      try Deployment.copy("models/" + file, to: "models/" + file, scratch)
    }
    let models = scratch.path("models/")
    let whole = try Data(contentsOf: URL(fileURLWithPath: models + "squeezenet.h5"))
    try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: models + "truncated.h5"))
    try Data("Not Found".utf8).write(to: URL(fileURLWithPath: models + "text.h5"))
    try await Deployment.run(scratch, configure: { $0.notifyingBuckets = [] }) { deployment in
      let names = ["truncated", "weights", "unknown", "nan", "missing", "labels", "text"]
      try await deployment.python(
        "for name in \(names + ["good"]): put(name + '.png', picture(0, 255, 0))")
      for (name, reasons) in [
        ("truncated", ["s3://models/truncated.h5"]),
        ("weights", ["s3://models/weights-only.h5", "config"]),
        ("unknown", ["s3://models/unknown-layer.h5", "glitter", "Sparkle"]),
        ("nan", ["s3://models/nan.h5", "NaN"]),
        ("missing", ["s3://models/missing.h5", "NoSuchKey"]),
        ("labels", ["s3://models/means.h5", "1 labels", "3 outputs"]),
        ("text", ["s3://models/text.h5"]),
      ] {
        for _ in 0..<2 {
          let (_, error) = try await deployment.invoke(name + ".png")
          for reason in ["s3://images/\(name).png"] + reasons {
            #expect(error?.contains(reason) == true, "\(reason): \(error ?? "nil")")
          }
        }
        let (answer, none) = try await deployment.invoke("good.png")
        #expect(none == nil && answer["objects"] != nil)
      }
      // Of the files only those stay that could be loaded; a good one in the place of a bad one works.
      let cache = deployment.directory + "/work/tmp/thimble/models"
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: cache).count { $0.hasSuffix(".model") } == 2)
      try whole.write(to: URL(fileURLWithPath: models + "truncated.h5"))
      let (_, error) = try await deployment.invoke("truncated.png")
      #expect(error == nil)
      try await deployment.python(#"assert metadata("truncated.png")["truncated-score"]"#)
      expectOneProcess(deployment)
    }
  }

  private static let garbage = [
    "garbage": "garbage", "empty": "", "list": "[1]", "null": "null",
    "deep": String(repeating: "[", count: 100_000),
    "other": #"{"Records": [{"eventSource": "aws:dynamodb"}]}"#,
    "half": #"{"Records": [{"eventSource": "aws:s3","#,
  ]

  @Test(arguments: garbage.keys.sorted())
  func garbageEvents(name: String) async throws {
    let text = try #require(Self.garbage[name])
    try await deployed { deployment in
      let result = try #require(await deployment.emulator.invoke(Data(text.utf8)))
      let answer = try #require(try JSONSerialization.jsonObject(with: result.payload) as? [String: Any])
      #expect(result.functionError == "Unhandled" && answer["errorType"] as? String == "Function.BadEvent")
      #expect((answer["errorMessage"] as? String)?.isEmpty == false, "\(answer)")
      try await deployment.python(#"put("a.png", picture(255, 0, 0))"#)
      try await deployment.settle()
      #expect(try await deployment.statuses.suffix(2) == ["a.png tagged", "a.png skipped"])
      expectOneProcess(deployment)
    }
  }

  @Test(arguments: 1...3 as ClosedRange<UInt64>) func s3FailsOften(seed: UInt64) async throws {
    let scratch = try Deployment.prepare(Deployment.twoModels)
    for model in ["squeezenet.h5", "face-mask.h5"] {
      try Deployment.copy("models/" + model, to: "models/" + model, scratch)
    }
    for labels in ["imagenet.txt", "face-mask.txt"] {
      try Deployment.copy("labels/" + labels, to: "function/" + labels, scratch)
    }
    try await Deployment.run(scratch, configure: { $0.faults = FaultPlan(rate: 0.3, seed: seed) }) {
      deployment in
      try await deployment.python(
        #"for index in range(12): put(f"{index}.png", open(photos + "/chelsea.png", "rb").read())"#)
      try await deployment.settle()
      try await deployment.python(
        """
        for index in range(12):
            same([metadata(f"{index}.png")[name] for name in ["category", "face-mask"]], ["Egyptian cat", "no mask"])
        """)
    }
  }

  // MARK: Setups that cannot work

  @Test(
    arguments: [
      (nil, "there is no thimble.json"),
      (
        "{models: [{name: 'a', source: 'a.h5', inptu: {}}]}",
        "models[0].inptu: there is no such key; did you mean \"input\"?"
      ),
      ("{models: [", "thimble.json: line 1"),
      ("{models: [{name: 'a', source: 'a.h5'}]}", "there is no file"),
    ] as [(String?, String)])
  func badSetup(configuration: String?, reason: String) async throws {
    let scratch = try Deployment.prepare(configuration)
    try await Deployment.run(scratch) { deployment in
      let (answer, error) = try await deployment.invoke("a.png")
      #expect(answer["errorType"] as? String == "Function.BadSetup")
      #expect(error?.contains(reason) == true, "\(error ?? "nil")")
    }
  }

  @Test func badSideload() async throws {
    let scratch = try Deployment.prepare(Deployment.oneModel())
    try Data("PK, but no zip".utf8).write(to: URL(fileURLWithPath: scratch.path("function/sideload.zip")))
    try await Deployment.run(scratch) { deployment in
      let (_, error) = try await deployment.invoke("a.png")
      #expect(error?.contains("/function/sideload.zip: ") == true, "\(error ?? "nil")")
    }
  }
}
