/// What tells that an object's results are there: `x-amz-meta-thimble`.
enum Marker {
  static let name = "thimble"
}
