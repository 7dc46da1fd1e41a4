/// Text as documents hold it.
public enum XMLText {
  /// Replaces what would be taken for markup or changed by a reader. Characters that XML 1.0 cannot hold are written
  /// as references, as S3 does.
  public static func escape(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      // A reader would make a line feed of a carriage return.
      case _ where scalar.value < 0x20 && scalar != "\t" && scalar != "\n":
        result += "&#x" + String(scalar.value, radix: 16) + ";"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
