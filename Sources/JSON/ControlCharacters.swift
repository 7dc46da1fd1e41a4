extension Unicode.Scalar {
  /// Whether it is not text but changes the text around it, in a terminal, a log viewer or a program that
  /// splits lines: controls (C0, DEL, C1), ends of lines and paragraphs, what turns the direction of writing
  /// (Unicode Standard Annex #9) and what is invisible. The joiners U+200C and U+200D are not among them: some
  /// scripts, and many emoji, are spelled with them.
  public var isControl: Bool {
    switch value {
    case 0...0x1F, 0x7F...0x9F, 0x61C, 0x200B, 0x200E...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF,
      0xFFF9...0xFFFB:
      true
    default: false
    }
  }

  /// `\u202e`, as JSON writes it. For those of the first 65,536 characters.
  var escape: String {
    let digits = String(value, radix: 16)
    return "\\u" + String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
  }
}

extension String {
  /// The same with control characters spelled out, `\u202e`: names and texts that others choose can then be shown
  /// anywhere.
  /// - Parameter keepsLines: whether ends of lines (U+000A) stay.
  public func escapingControls(keepsLines: Bool = false) -> String {
    func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
      !scalar.isControl || keepsLines && scalar == "\n"
    }
    if unicodeScalars.allSatisfy(isHarmless) { return self }
    var text = ""
    for scalar in unicodeScalars {
      if isHarmless(scalar) { text.unicodeScalars.append(scalar) } else { text += scalar.escape }
    }
    return text
  }
}
