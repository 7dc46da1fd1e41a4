import Foundation
import TestSupport

@testable import Imaging

/// What scripts/fixtures/Imaging.py had Pillow and Keras do, and the results.
struct PillowCases: Sendable {
  struct Case: Decodable, Sendable {
    var kind: String
    var file: String
    var offset: Int
    var count: Int
    var mode: String?
    var width: Int?
    var height: Int?
    var filter: String?
    var box: [Double]?
    /// Height, width.
    var size: [Int]?
    var color: String?
    var fit: String?
    var preprocess: String?
    var scale: [Float]?
    var offsets: [Float]?
    var length: Int?
    var accepted: Bool?

    enum CodingKeys: String, CodingKey {
      case kind, file, offset = "at", count, mode, width, height, filter, box, size, color, fit, preprocess,
        scale
      case offsets = "offset"
      case length, accepted
    }

    /// For messages.
    var description: String {
      [
        kind, file, mode, width.map(String.init), height.map(String.init), filter, box.map { "\($0)" },
        size.map { "\($0)" }, color, fit, preprocess, length.map(String.init),
      ].compactMap { $0 }.joined(separator: " ")
    }
  }

  static let directory = Fixtures.directory("Imaging")
  static let exist = Fixtures.exist("Imaging")

  let cases: [Case]
  private let expected: Data

  /// The cases of one kind.
  init(_ kind: String) throws {
    let list = try Data(contentsOf: URL(fileURLWithPath: Self.directory + "/cases.json"))
    cases = try JSONDecoder().decode([Case].self, from: list).filter { $0.kind == kind }
    expected = try Data(
      contentsOf: URL(fileURLWithPath: Self.directory + "/expected.bin"), options: .alwaysMapped)
  }

  func expected(_ item: Case) -> [UInt8] {
    Array(expected[item.offset..<(item.offset + item.count)])
  }

  func floats(_ item: Case) -> [Float] {
    expected(item).withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
  }

  static func file(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: directory + "/files/" + name)))
  }

  static func decode(_ name: String) throws -> Image {
    try file(name).withUnsafeBytes { try Image.decode($0) }
  }
}

extension ImageMode {
  /// Pillow's name.
  var pillow: String {
    switch self {
    case .bilevel: "1"
    case .gray: "L"
    case .grayAlpha: "LA"
    case .gray16: "I;16"
    case .palette: "P"
    case .rgb: "RGB"
    case .rgba: "RGBA"
    case .cmyk: "CMYK"
    }
  }

  init?(pillow: String) {
    guard let mode = Self.allCases.first(where: { $0.pillow == pillow }) else { return nil }
    self = mode
  }
}
