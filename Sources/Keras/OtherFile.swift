/// What is found in the place of a model where saving, copying or fetching it went wrong.
struct OtherFile {
  let name: String
  /// What to do.
  let remedy: String

  private static let save = "save the model as a .keras or .h5 file with model.save()"
  private static let fetch = "fetch the file again, and look at what the server answers"

  /// - Parameter bytes: the first of a file; nil: they are of nothing that is known.
  init?(_ bytes: [UInt8]) {
    func begins(_ text: String) -> Bool { bytes.starts(with: text.utf8) }
    if bytes.dropFirst(4).starts(with: "TFL3".utf8) {
      self.init(name: "a TensorFlow Lite model", remedy: Self.save)
    } else if begins("version https://git-lfs.github.com/") {
      self.init(
        name: "a pointer of Git LFS in the place of the file", remedy: "fetch the file with git lfs pull")
    } else if bytes.starts(with: [0x1F, 0x8B]) {
      self.init(
        name: "a file that gzip compressed", remedy: "unpack it with gunzip (a .tar.gz with tar -xzf)")
    } else if bytes.starts(with: [0x80]) && bytes.count > 1 && (2...5).contains(bytes[1]) {
      self.init(name: "a pickle of Python", remedy: Self.save)
    } else {
      // A web page or XML, behind blanks perhaps.
      let text = String(decoding: bytes.drop { $0 <= 0x20 }.prefix(1024), as: UTF8.self).lowercased()
      if text.hasPrefix("<!doctype html") || text.hasPrefix("<html") {
        self.init(name: "a web page in the place of the file", remedy: Self.fetch)
      } else if text.hasPrefix("<?xml") || text.hasPrefix("<error>") {
        let isAnswer = text.split(separator: "<").contains { $0.hasPrefix("error>") }
        self.init(
          name: isAnswer ? "S3's answer to a call that failed, in the place of the file" : "an XML file",
          remedy: Self.fetch)
      } else {
        return nil
      }
    }
  }

  private init(name: String, remedy: String) {
    self.name = name
    self.remedy = remedy
  }
}
