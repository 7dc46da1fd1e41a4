import CZlib

/// How names are stored (APPNOTE.TXT, 4.4.4 and appendix D).
enum EntryName {
  /// - Parameter extra: the entry's extra fields: Info-ZIP's Unicode path may be among them.
  /// - Returns: nil when the name should be UTF-8 and is not.
  static func decode(_ bytes: [UInt8], flags: EntryFlags, extra: ExtraFields) -> String? {
    if flags.contains(.utf8) { return String(validating: bytes, as: UTF8.self) }
    if let path = extra.unicodePath, path.crc32 == UInt32(crc32(0, bytes, UInt32(bytes.count))) {
      return String(validating: path.utf8, as: UTF8.self)
    }
    var name = ""
    for byte in bytes {
      name.unicodeScalars.append(byte < 128 ? Unicode.Scalar(byte) : codePage437[Int(byte) - 128])
    }
    return name
  }

  /// The upper half of the IBM PC's character set.
  private static let codePage437 = Array(
    ("ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐"
      + "└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{A0}").unicodeScalars)
}
