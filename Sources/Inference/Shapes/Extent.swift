/// Height and width of something. One-dimensional layers use height 1.
public struct Extent: Sendable, Equatable {
  public var height: Int
  public var width: Int
  public init(_ height: Int, _ width: Int) {
    self.height = height
    self.width = width
  }
}

/// Refuses a pair of counts outside `1 ... SizeLimit.axis`.
func checkPositive(_ extent: Extent, _ name: String) throws(ShapeError) {
  try checkPositive(extent.height, name)
  try checkPositive(extent.width, name)
}
