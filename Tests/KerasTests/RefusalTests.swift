import TestSupport
import Testing

@testable import Keras

/// Damaged, wrong and hostile files are refused with a message that says where and what.
@Suite(.enabled(if: Fixtures.exist("Keras"), "\(Fixtures.hint)"))
struct RefusalTests {
  @Test(arguments: KerasCase.names(refused: true)) func isRefused(_ name: String) throws {
    let saved = try KerasCase(name)
    let error = try #require(throws: KerasError.self) {
      try KerasModel(path: saved.model, config: saved.config)
    }
    let message = error.description
    #expect(message.contains(saved.model))
    let phrases = try saved.phrases()
    #expect(!phrases.isEmpty)
    for phrase in phrases { #expect(message.contains(phrase)) }
  }

  /// What keeps a model from being used is found at once: classes, Lambdas and functions that are not known.
  @Test(arguments: ["h5", "keras"]) func allIsListed(_ format: String) throws {
    let saved = try KerasCase("refused_all_missing_" + format)
    let error = try #require(throws: KerasError.self) { try KerasModel(path: saved.model) }
    #expect(error.layer == "one" && error.others.map(\.layer) == ["two", "odd", "three", "four"])
    #expect(
      error.others.map(\.className) == ["mine>Second", "Conv2D", "mine>First", "Lambda"])
    #expect(error.others[1].reason.contains("own_function"))
    let known = CustomObjects(classes: [
      "First": .init(className: "Identity"), "mine>Second": .init(className: "Identity"),
    ])
    let rest = try #require(throws: KerasError.self) {
      try KerasModel(path: saved.model, customObjects: known)
    }
    #expect(rest.layer == "odd" && rest.others.map(\.layer) == ["four"])
  }

  /// A class that a file's owner names is one that is known.
  @Test func knownClasses() throws {
    let saved = try KerasCase("stated-keras")
    var classes = try saved.customObjects()
    classes.classes["Drop"]?.className = "Dropuot"
    let error = try #require(throws: KerasError.self) {
      try KerasModel(path: saved.model, customObjects: classes)
    }
    #expect(error.layer == "drop")
    #expect(CustomObjects.knownClasses.contains("Dropout") && !CustomObjects.knownClasses.contains("Dropuot"))
  }

  /// A test without arguments would pass.
  @Test func hasCases() {
    #expect(KerasCase.names(refused: true).count > 70 && KerasCase.names(refused: false).count > 200)
  }

  @Test func isRefusedWhereThereIsNoFile() throws {
    let error = try #require(throws: KerasError.self) { try KerasModel(path: "/nowhere/model.h5") }
    #expect(error.description == "/nowhere/model.h5: the file cannot be opened: No such file or directory")
  }
}
