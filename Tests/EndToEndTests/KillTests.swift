import Emulator
import Foundation
import TestSupport
import Testing

/// Killed in the middle of an unpack or a download, and started again: nothing half-done is ever used.
@Suite(.enabled(if: Deployment.isPossible, Deployment.hint), .serialized)
struct KillTests {
  /// When the process is killed, seconds after it has begun.
  private static let moments = [0, 0.01, 0.03, 0.06, 0.1, 0.2]

  /// 196 MB, so that there is a middle.
  private static let largeModel = "models/age-gender.hdf5"

  /// Has the function fill a folder of its cache, and kills it in the middle of that, again and again. What it
  /// leaves behind stays there.
  private func killInTheMiddle(
    of folder: String, _ scratch: Scratch, _ environment: [String: String] = [:]
  ) async throws {
    var killed = 0
    var isTagged = true
    for attempt in 0..<100 where killed < Self.moments.count {
      let moment = Self.moments[attempt % Self.moments.count]
      try await deployed(scratch, environment) { deployment in
        if isTagged { try await deployment.python(#"put("a.png", picture(0, 255, 0))"#) }
        let killer = deployment.functionKiller(onceItHasOpened: folder, after: moment)
        let error = try await deployment.invoke("a.png").error
        killer.cancel()
        let done = names(in: folder).filter { $0.hasSuffix(".model") || !$0.contains(".") }
        isTagged = error == nil
        if done.isEmpty {
          killed += 1
          #expect(
            error?.contains("exited") == true && error?.contains("signal: killed") == true, "\(error ?? "")")
        }
        // Too late: once more from the start.
        for name in done { try FileManager.default.removeItem(atPath: folder + "/" + name) }
      }
    }
    #expect(killed == Self.moments.count)
  }

  private func deployed(
    _ scratch: Scratch, _ environment: [String: String], _ body: (Deployment) async throws -> Void
  ) async throws {
    try await Deployment.run(
      scratch,
      configure: {
        $0.notifyingBuckets = []
        $0.environment = environment
      }, body)
  }

  private func names(in folder: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
  }

  @Test func downloads() async throws {
    let scratch = try Deployment.prepare(
      Deployment.oneModel("s3://models/age-gender.hdf5").replacing(
        ", labels: ['red', 'green', 'blue']", with: ""))
    try Deployment.copy(Self.largeModel, to: Self.largeModel, scratch)
    let folder = scratch.path("work/tmp/thimble/models")
    try await killInTheMiddle(of: folder, scratch)
    try await deployed(scratch, [:]) { deployment in
      try await deployment.python(#"put("a.png", picture(0, 255, 0))"#)
      let (answer, error) = try await deployment.invoke("a.png")
      #expect(error == nil && answer["objects"] != nil)
      try await deployment.python(#"assert float(metadata("a.png")["colour-score"]) > 0"#)
    }
    // With its record.
    let files = names(in: folder).sorted()
    #expect(files.count == 2 && files[0].hasSuffix(".model") && files[1].hasSuffix(".parts"), "\(files)")
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
    let folder = scratch.path("work/tmp/thimble/sideload")
    let environment = isInS3 ? ["THIMBLE_SIDELOAD": "s3://models/sideload.zip"] : [:]
    try await killInTheMiddle(of: folder, scratch, environment)
    try await deployed(scratch, environment) { deployment in
      try await deployment.python(#"put("a.png", picture(0, 255, 0))"#)
      let (_, error) = try await deployment.invoke("a.png")
      #expect(error == nil)
      try await deployment.python(#"same(metadata("a.png")["colour"], "1")"#)
    }
    let files = names(in: folder)
    #expect(files.count == 1, "\(files)")
    let tree = folder + "/\(files.first ?? "")"
    #expect(
      FileManager.default.contentsEqual(
        atPath: tree + "/large.hdf5", andPath: Fixtures.demoData + "/" + Self.largeModel))
  }
}
