@testable import Imaging

/// Images of all formats, decoded whole and row by row. They are small, or each would take seconds that say nothing.
struct ImageTarget: FuzzTarget {
  static let limits = ImageLimits(maximumPixels: 1 << 18)

  func run(_ input: UnsafeRawBufferPointer) {
    let image = try? Image.decode(input, limits: Self.limits)
    if let image {
      expect(
        image.pixels.count == image.width * image.height * image.mode.bytesPerPixel, "pixels are missing")
    }
    let pipeline = ImagePipeline(
      height: 7, width: 9, resize: .bilinear, preprocess: .torch, exifOrientation: true, limits: Self.limits)
    let values = try? pipeline.load(input)
    expect((image == nil) == (values == nil), "an image is read in one way and not in the other")
    expect(values?.allSatisfy(\.isFinite) ?? true, "values are not finite")
  }
}

/// The search for an orientation, in any format.
struct OrientationTarget: FuzzTarget {
  func run(_ input: UnsafeRawBufferPointer) {
    do throws(ImagingError) { _ = try Orientation(Arrival(input)) } catch {
      find("an orientation that cannot be read is refused: \(error)")
    }
  }
}
