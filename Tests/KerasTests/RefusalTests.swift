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

  /// A test without arguments would pass.
  @Test func hasCases() {
    #expect(KerasCase.names(refused: true).count > 70 && KerasCase.names(refused: false).count > 200)
  }

  @Test func isRefusedWhereThereIsNoFile() throws {
    let error = try #require(throws: KerasError.self) { try KerasModel(path: "/nowhere/model.h5") }
    #expect(error.description == "/nowhere/model.h5: the file cannot be opened: No such file or directory")
  }
}
