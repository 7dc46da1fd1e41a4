import Foundation
import JSON

/// Columns of text for a terminal.
struct Table {
  enum Alignment { case left, right }

  private let columns: [(title: String, alignment: Alignment)]
  private var rows: [[String]] = []

  init(_ columns: (String, Alignment)...) { self.columns = columns.map { (title: $0.0, alignment: $0.1) } }

  /// A cell is one line, whatever is in it.
  mutating func add(_ cells: String...) { rows.append(cells.map { $0.escapingControls() }) }

  /// Lines without trailing blanks, the titles first.
  var text: String {
    let all = [columns.map(\.title)] + rows
    let widths = columns.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    return all.map { row in
      var line = ""
      for (column, cell) in row.enumerated() {
        let blanks = String(repeating: " ", count: widths[column] - cell.count)
        line += columns[column].alignment == .left ? cell + blanks : blanks + cell
        line += "  "
      }
      while line.last == " " { line.removeLast() }
      return line
    }.joined(separator: "\n")
  }
}

/// Numbers as people read them.
enum Format {
  static func fixed(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }

  /// As many digits as tell one float32 from another near it, or so.
  static func significant(_ value: Double, _ digits: Int = 6) -> String {
    String(format: "%.\(digits)g", value)
  }

  /// In thousands with a blank between: `2 257 984`.
  static func count(_ value: Int) -> String {
    var digits = Array(String(value.magnitude))
    var position = digits.count - 3
    while position > 0 {
      digits.insert(" ", at: position)
      position -= 3
    }
    return (value < 0 ? "-" : "") + String(digits)
  }

  static func percent(_ share: Double) -> String { fixed(100 * share, 0) + "%" }

  static func megabytes(_ bytes: Int) -> String { fixed(Double(bytes) / 1e6, 1) + " MB" }

  static func shape(_ shape: [Int]) -> String { shape.map(String.init).joined(separator: "x") }

  static func shape(_ shape: [Int?]) -> String {
    shape.map { $0.map(String.init) ?? "?" }.joined(separator: "x")
  }
}
