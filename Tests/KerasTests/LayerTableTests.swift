import Foundation
import TestSupport
import Testing

@testable import Keras

/// The README's table of layers is what the code builds.
struct LayerTableTests {
  @Test func readme() throws {
    let text = try String(contentsOfFile: Fixtures.root + "/README.md", encoding: .utf8)
    let start = try #require(text.range(of: "<!-- layers: begin -->"))
    let end = try #require(text.range(of: "<!-- layers: end -->"))
    let named = text[start.upperBound..<end.lowerBound].matches(of: /`([A-Za-z0-9]+)`/).map { String($0.1) }
    #expect(Set(named).count == named.count, "a layer stands in the table twice")
    // A class that was registered under a package's name is the same layer.
    let others = Package.all.flatMap(\.layers.keys)
    let built = Set(LayerClass.layers.keys).subtracting(others).map {
      $0.split(separator: ">").last.map(String.init) ?? $0
    }
    let missing = Set(built).subtracting(named).sorted()
    let unknown = Set(named).subtracting(built).sorted()
    #expect(missing.isEmpty, "built, but not in the table")
    #expect(unknown.isEmpty, "in the table, but not built")
  }

  /// The README's table of packages is what the code knows of each.
  @Test func packages() throws {
    let text = try String(contentsOfFile: Fixtures.root + "/README.md", encoding: .utf8)
    let start = try #require(text.range(of: "<!-- packages: begin -->"))
    let end = try #require(text.range(of: "<!-- packages: end -->"))
    var named: [String: Set<String>] = [:]
    for line in text[start.upperBound..<end.lowerBound].split(separator: "\n").dropFirst(2) {
      let names = line.matches(of: /`([A-Za-z0-9_]+)`/).map { String($0.1) }
      named[names[0]] = Set(names.dropFirst())
    }
    for package in Package.all {
      let known = Array(package.aliases.keys) + package.layers.keys + package.functions.keys
      let plain = Set(
        known.map { $0.split(whereSeparator: { $0 == ">" || $0 == "/" }).last.map(String.init) ?? $0 })
      #expect(named[package.module] == plain, "\(package.module)")
    }
    #expect(named.count == Package.all.count)
  }

  /// The README names all operations of Keras that are not built.
  @Test(.enabled(if: Fixtures.exist("Keras"), "\(Fixtures.hint)")) func operations() throws {
    let all = try String(contentsOfFile: Fixtures.directory("Keras") + "/operations.txt", encoding: .utf8)
    let unread = Set(all.split(separator: "\n").map(String.init)).subtracting(LayerClass.operations.keys)
    let text = try String(contentsOfFile: Fixtures.root + "/README.md", encoding: .utf8)
    let start = try #require(text.range(of: "<!-- operations: begin -->"))
    let end = try #require(text.range(of: "<!-- operations: end -->"))
    let named = text[start.upperBound..<end.lowerBound].matches(of: /`([A-Za-z0-9]+)`/).map { String($0.1) }
    #expect(unread.subtracting(named).subtracting(["Operation"]).isEmpty, "neither built nor in the README")
    #expect(Set(named).subtracting(unread).isEmpty, "built, or not of Keras")
  }

  /// A name that two families have would be taken from one of them without a word.
  @Test func familiesAreDisjoint() {
    #expect([String: Int].repeated(in: [["ReLU": 1, "ELU": 2], ["ReLU": 3], ["Dot": 4]]) == ["ReLU"])
    // Tables whose families are not cannot be made.
    #expect(
      !LayerClass.layers.isEmpty && !LayerClass.operations.isEmpty && !TensorFlowFunction.current.isEmpty)
  }
}
