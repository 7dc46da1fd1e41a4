/// How Winograd's method cuts an image: the output pixels that are computed together, for a window.
///
/// For 3x3, tiles of 4x4 pixels (36 multiplications for 144) and of 2x2 (16 for 36); for 5x5, of 2x2 (36 for 100). For
/// a window that is a line, of three places tiles of four pixels (6 for 12), of seven places tiles of two (8 for 14).
public struct WinogradTile: Sendable, Equatable {
  /// Output pixels.
  public let height: Int
  public let width: Int
  public let windowHeight: Int
  public let windowWidth: Int

  public init(height: Int, width: Int, windowHeight: Int, windowWidth: Int) {
    self.height = height
    self.width = width
    self.windowHeight = windowHeight
    self.windowWidth = windowWidth
  }

  /// The tiles that there are for a window.
  public static func choices(windowHeight: Int, windowWidth: Int) -> [WinogradTile] {
    func tile(_ height: Int, _ width: Int) -> WinogradTile {
      WinogradTile(height: height, width: width, windowHeight: windowHeight, windowWidth: windowWidth)
    }
    return switch (windowHeight, windowWidth) {
    case (3, 3): [tile(2, 2), tile(4, 4)]
    case (5, 5): [tile(2, 2)]
    case (1, 3): [tile(1, 4)]
    case (3, 1): [tile(4, 1)]
    case (1, 7): [tile(1, 2)]
    case (7, 1): [tile(2, 1)]
    default: []
    }
  }

  /// Input pixels under a tile.
  @inlinable
  public var inputHeight: Int { height + windowHeight - 1 }
  @inlinable
  public var inputWidth: Int { width + windowWidth - 1 }

  /// Multiplications for a tile and a channel.
  @inlinable
  public var places: Int { inputHeight * inputWidth }
}
