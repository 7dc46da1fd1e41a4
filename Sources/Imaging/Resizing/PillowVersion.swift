/// Whose order of passes a resize follows, which decides how often pixels are rounded. The raw values are the words of
/// `thimble.json`.
public enum PillowVersion: Int, Sendable, CaseIterable {
  /// To 12.x: sideways first, but for images more than a hundred times as tall as wide.
  case before13 = 12
  /// Downwards first where the height loses more than twice as many pixels as the width.
  case from13 = 13

  /// Whether an image's height is resized first, on its own.
  func isHeightFirst(width: Int, height: Int, resultWidth: Int, resultHeight: Int) -> Bool {
    switch self {
    case .before13: height > width * 100 && resultHeight < height
    case .from13: height > resultHeight && height - resultHeight > (width - resultWidth) * 2
    }
  }
}
