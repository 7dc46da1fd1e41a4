import Foundation
import Inference
import NPY
import System
import TestSupport
import Testing

@testable import Keras

/// A model file that is still arriving gives the same model, whatever is in it where nothing has arrived.
@Suite(.enabled(if: Fixtures.exist("Keras"), "\(Fixtures.hint)"))
struct ArrivalTests {
  @Test(arguments: KerasCase.names(refused: false)) func isTheSameModel(_ name: String) throws {
    let saved = try KerasCase(name)
    // A folder is never fetched.
    if KerasModel.isUnpacked(saved.model) { return }
    let copy = try ArrivingCopy(of: saved.model)
    let known = try saved.customObjects()
    let whole = try KerasModel(path: saved.model, config: saved.config, customObjects: known)
    let model = try KerasModel(
      path: copy.path, config: saved.config, workers: Workers(count: 3), arrival: copy, customObjects: known)
    // All is there: nothing is waited for later.
    let waits = copy.waitCount
    #expect(waits > 0)
    let inputs = try saved.paths("in").map { try NPY.read(path: $0) }
    let outputs = try [whole, model].map { model in
      let plan = try Plan(model.graph, inputShapes: inputs.map(\.shape), workers: Workers(count: 1))
      for (port, input) in zip(plan.inputs, inputs) { _ = port.values.update(from: input.values) }
      plan.run()
      return plan.outputs.map { $0.values.map(\.bitPattern) }
    }
    #expect(outputs[0] == outputs[1])
    #expect(copy.waitCount == waits)
  }

  @Test(arguments: [
    "sequential-h5", "sequential-keras", "nested-h5", "dtype_float16-keras", "keras224_nested",
  ])
  func failsWhereBytesDoNotCome(_ name: String) throws {
    let saved = try KerasCase(name)
    let all = try ArrivingCopy(of: saved.model)
    _ = try KerasModel(path: all.path, arrival: all)
    for limit in 0..<all.waitCount {
      let copy = try ArrivingCopy(of: saved.model, limit: limit)
      do throws(KerasError) {
        _ = try KerasModel(path: copy.path, workers: Workers(count: 2), arrival: copy)
        Issue.record("\(limit) waits are too few")
      } catch {
        #expect(error.path == copy.path)
        #expect(error.description.contains("the line is cut"), "\(error)")
      }
    }
  }

  @Test(arguments: ["mobilenetv2-h5", "mobilenetv2-keras"])
  func doesNotAskForTheOptimizersState(_ name: String) throws {
    let saved = try KerasCase(name)
    let trained = NSTemporaryDirectory() + "trained-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: trained) }
    // As Keras adds the state of Adam to a file: last.
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Fixtures.python)
    process.arguments = ["-c", Self.addState, saved.model, trained]
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    func size(_ path: String) throws -> Int {
      try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped).count
    }
    let needed = try size(saved.model)
    #expect(try size(trained) > 2 * needed)
    let copy = try ArrivingCopy(of: trained, first: 64 << 10)
    _ = try KerasModel(path: copy.path, workers: Workers(count: 2), arrival: copy)
    // Blocks at both ends of what is needed.
    #expect(copy.byteCount <= needed + 4 << 16, "of \(needed)")
    #expect(copy.roundTrips <= 4)
  }

  /// Copies a model and adds two values of state a value.
  private static let addState = """
    import io, os, shutil, sys, zipfile, h5py, numpy
    source, target = sys.argv[1:]
    def add(file, name):
        size = os.path.getsize(source)
        with h5py.File(file, "a") as file:
            group = file.create_group(name)
            for index in range(64):
                group.create_dataset(f"vars/{index}", data=numpy.ones(size // 128 + 1, "float32"))
    if source.endswith(".h5"):
        shutil.copyfile(source, target)
        add(target, "optimizer_weights")
    else:
        with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
            for entry in old.namelist():
                content = io.BytesIO(old.read(entry))
                if entry.endswith(".h5"): add(content, "optimizer")
                new.writestr(entry, content.getvalue())
    """
}
