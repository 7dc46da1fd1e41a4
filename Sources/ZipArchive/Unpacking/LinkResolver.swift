/// Follows an archive's symbolic links as the kernel will, without a file system: a link that seems to stay
/// inside may lead out by way of others.
struct LinkResolver {
  private let targets: [EntryPath: [UInt8]]
  /// Linux follows 40 (path_resolution(7)); nobody needs so many, and each takes time to check.
  private static let mostLinks = 8

  init(_ targets: [EntryPath: [UInt8]]) { self.targets = targets }

  /// - Returns: why the link is refused; nil when it stays inside.
  func refusal(of link: EntryPath) -> String? {
    // What is still to be walked, last part first.
    var ahead = Array(link.parts.reversed())
    var place: [[UInt8]] = []
    var followed = 0
    while let part = ahead.popLast() {
      if part.elementsEqual("..".utf8) {
        guard place.popLast() != nil else { return "it is a link that leads out of the folder" }
        continue
      }
      if part.elementsEqual(".".utf8) { continue }
      place.append(part)
      guard place.count <= EntryPath.mostParts else { return "it is a link to too deep a place" }
      guard let target = targets[EntryPath(parts: place)] else { continue }
      guard let first = target.first, !target.contains(0) else { return "it is a link to nowhere" }
      guard first != UInt8(ascii: "/") else { return "it is a link with an absolute target" }
      followed += 1
      guard followed <= Self.mostLinks else { return "it is a link in a circle, or through too many others" }
      place.removeLast()
      ahead += target.split(separator: UInt8(ascii: "/")).reversed().map(Array.init)
    }
    return nil
  }
}
