/// A name for a message: in quotes, with what would garble the line spelled out.
func quoted(_ name: String) -> String {
  var text = "\""
  for scalar in name.unicodeScalars.prefix(200) {
    switch scalar {
    case "\"", "\\": text += "\\\(scalar)"
    case _ where scalar.value < 32 || scalar.value == 127:
      text += "\\x" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
    default: text.unicodeScalars.append(scalar)
    }
  }
  return text + (name.unicodeScalars.count > 200 ? "…\"" : "\"")
}
