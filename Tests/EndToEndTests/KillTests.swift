import Emulator
import Foundation
import TestSupport
import Testing

/// Killed in the middle of an unpack or a download, and started again: nothing half-done is ever used.
@Suite(.enabled(if: Deployment.isPossible, Deployment.hint), .serialized)
struct KillTests {
  /// When the process is killed, seconds after the event or after its start.
  private static let moments = [0.005, 0.02, 0.05, 0.08, 0.12, 0.2, 0.3]

  /// Names in a folder of the function's cache.
  private func cached(_ folder: String, _ scratch: Scratch) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: scratch.path("work/tmp/thimble/" + folder))) ?? []
  }

  /// 196 MB, so that there is a middle.
  private static let largeModel = "models/age-gender.hdf5"

  @Test func downloads() async throws {
    let scratch = try Deployment.prepare(
      Deployment.oneModel("s3://models/age-gender.hdf5").replacing(
        ", labels: ['red', 'green', 'blue']", with: ""))
    try Deployment.copy(Self.largeModel, to: Self.largeModel, scratch)
    var killed = 0
    for moment in Self.moments {
      try await Deployment.run(scratch, configure: { $0.notifyingBuckets = [] }) { deployment in
        try await deployment.python(#"put("a.png", open(photos + "/astronaut.png", "rb").read())"#)
        async let end = deployment.invoke("a.png")
        try await Task.sleep(for: .seconds(moment))
        deployment.killFunction()
        if let error = try await end.error {
          killed += 1
          #expect(error.contains("exited") && error.contains("signal: killed"), "\(error)")
        }
      }
    }
    #expect(killed > 2)
    try await Deployment.run(scratch, configure: { $0.notifyingBuckets = [] }) { deployment in
      let (answer, error) = try await deployment.invoke("a.png")
      #expect(error == nil && answer["objects"] != nil)
      try await deployment.python(#"assert float(metadata("a.png")["colour-score"]) > 0"#)
    }
    let files = cached("models", scratch)
    #expect(files.count == 1 && files.allSatisfy { $0.hasSuffix(".model") }, "\(files)")
  }

  @Test(arguments: [false, true]) func unpacking(isInS3: Bool) async throws {
    let scratch = try Deployment.prepare(nil)
    let place = isInS3 ? "models/sideload.zip" : "function/sideload.zip"
    let program = """
      import json, sys, zipfile
      target, model, small = sys.argv[1:]
      with zipfile.ZipFile(target, "w") as file:
          file.write(small, "means.h5")
          file.write(model, "large.hdf5", zipfile.ZIP_DEFLATED, 1)
          file.writestr("thimble.json", json.dumps({"models": [{"name": "colour", "source": "means.h5"}]}))
      """
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Fixtures.python)
    process.arguments = [
      "-c", program, scratch.path(place), Fixtures.demoData + "/" + Self.largeModel,
      Fixtures.directory("Classifier") + "/means.h5",
    ]
    try process.run()
    process.waitUntilExit()
    var killed = 0
    for moment in Self.moments + [0.5, 0.8] {
      try await Deployment.run(
        scratch,
        configure: {
          $0.initTimeout = moment
          $0.notifyingBuckets = []
          if isInS3 { $0.environment = ["THIMBLE_SIDELOAD": "s3://models/sideload.zip"] }
        }
      ) { deployment in
        let (_, error) = try await deployment.invoke("none.png")
        if error != nil { killed += 1 }
      }
    }
    #expect(killed > 2)
    try await Deployment.run(
      scratch,
      configure: {
        $0.initTimeout = 60
        if isInS3 { $0.environment = ["THIMBLE_SIDELOAD": "s3://models/sideload.zip"] }
      }
    ) { deployment in
      try await deployment.python(#"put("a.png", picture(0, 255, 0))"#)
      try await deployment.settle()
      try await deployment.python(#"same(metadata("a.png")["colour"], "1")"#)
    }
    let files = cached("sideload", scratch)
    #expect(files.count == 1, "\(files)")
    let tree = scratch.path("work/tmp/thimble/sideload/\(files.first ?? "")")
    #expect(
      FileManager.default.contentsEqual(
        atPath: tree + "/large.hdf5", andPath: Fixtures.demoData + "/" + Self.largeModel))
  }
}
