import CZlib
import Foundation
import HDF5
import TestSupport
import Testing

/// What h5py reads in a file; see scripts/fixtures/HDF5.py.
struct Description: Decodable {
  struct Values: Decodable {
    let shape: [Int]
    let count: Int
    let strings: [String]?
    /// The CRC-32 of all values as float32, and the bits of the first few.
    let crc: UInt32?
    let first: [UInt32]?
  }

  struct Attribute: Decodable {
    let name: String
    let values: Values
  }

  struct Group: Decodable {
    let names: [String]
    let attributes: [Attribute]
  }

  struct Dataset: Decodable {
    let values: Values
    let attributes: [Attribute]
  }

  let groups: [String: Group]
  let datasets: [String: Dataset]
  let missing: [String]

  init(json: Data) throws { self = try JSONDecoder().decode(Description.self, from: json) }

  /// Lets h5py read a file.
  init(of path: String) throws {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: Fixtures.python)
    process.arguments = [Fixtures.root + "/scripts/fixtures/HDF5.py", "--describe", path]
    process.standardOutput = output
    try process.run()
    let json = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    try self.init(json: json)
  }

  /// Expects that all of it is in a file, and as it should be.
  func check(_ file: HDF5File) throws {
    let root = try file.root
    for (path, expected) in groups {
      let group = try #require(try root.group(path), "\(path)")
      #expect(try group.names() == expected.names, "\(path)")
      try check(group.attributeNames(), expected.attributes, group.attribute, path)
      #expect(try !group.hasChild("no such name"))
    }
    for (path, expected) in datasets {
      let dataset = try #require(try root.dataset(path), "\(path)")
      try expected.values.check(dataset)
      try check(dataset.attributeNames(), expected.attributes, dataset.attribute, path)
    }
    for path in missing { #expect(try !root.hasChild(path), "\(path)") }
  }

  private func check(
    _ names: [String], _ expected: [Attribute], _ attribute: (String) throws -> HDF5Attribute?, _ path: String
  ) throws {
    #expect(names == expected.map(\.name), "\(path)")
    for expected in expected {
      let name = "\(path)@\(expected.name)"
      try expected.values.check(#require(try attribute(expected.name), "\(name)"), name)
    }
    #expect(try attribute("no such name").map { _ in true } == nil, "\(path)")
  }
}

extension HDF5Group {
  fileprivate func hasChild(_ path: String) throws -> Bool { try child(path).map { _ in true } ?? false }
}

extension Description.Values {
  fileprivate func check(_ attribute: HDF5Attribute, _ path: String) throws {
    #expect(attribute.shape == shape, "\(path)")
    #expect(attribute.count == count, "\(path)")
    if let strings { #expect(try attribute.strings() == strings, "\(path)") }
    if crc != nil { try attribute.floats().withUnsafeBufferPointer { check($0, path) } }
  }

  fileprivate func check(_ dataset: HDF5Dataset) throws {
    #expect(dataset.shape == shape, "\(dataset.path)")
    #expect(dataset.count == count, "\(dataset.path)")
    if let strings { #expect(try dataset.readStrings() == strings, "\(dataset.path)") }
    guard crc != nil else { return }
    let floats = UnsafeMutableBufferPointer<Float>.allocate(capacity: dataset.count)
    defer { floats.deallocate() }
    floats.initialize(repeating: .nan)
    try dataset.readFloats(into: floats)
    check(UnsafeBufferPointer(floats), dataset.path)
    if let mapped = dataset.mappedFloats() { check(mapped, dataset.path) }
  }

  /// Compares all bits, but those of NaN, which may be any NaN's.
  private func check(_ floats: UnsafeBufferPointer<Float>, _ path: String) {
    let bits = floats.map { $0.isNaN ? Float.nan.bitPattern : $0.bitPattern }
    let sum = bits.withUnsafeBytes {
      crc32_z(0, $0.bindMemory(to: UInt8.self).baseAddress, $0.count)
    }
    #expect(Array(bits.prefix(8)) == first, "\(path)")
    #expect(sum == crc.map { UInt($0) } || floats.isEmpty, "\(path)")
  }
}
