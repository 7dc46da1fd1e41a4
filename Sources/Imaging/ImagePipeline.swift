/// From the bytes of an image file to the numbers that a model takes.
///
/// The order is Keras': decode, put upright where asked, convert to the colours, fit and resize, preprocess.
/// In grayscale a 16-bit PNG keeps its values (0...65535), as `keras.utils.load_img` has it.
public struct ImagePipeline: Sendable, Equatable {
  /// The model's input, in pixels.
  public var height, width: Int
  public var resize: ResizeFilter
  public var fit: Fit
  public var color: Color
  public var preprocess: Preprocess
  /// Whether the camera's orientation tag turns the image first. Keras does not apply it.
  public var exifOrientation: Bool
  /// Whose resize is followed with Pillow's filters.
  public var pillow: PillowVersion
  public var limits: ImageLimits

  public init(
    height: Int, width: Int, resize: ResizeFilter = .nearest, fit: Fit = .stretch, color: Color = .rgb,
    preprocess: Preprocess = .none, exifOrientation: Bool = false, pillow: PillowVersion = .before13,
    limits: ImageLimits = ImageLimits()
  ) {
    self.height = height
    self.width = width
    self.resize = resize
    self.fit = fit
    self.color = color
    self.preprocess = preprocess
    self.exifOrientation = exifOrientation
    self.pillow = pillow
    self.limits = limits
  }

  /// How many numbers ``load(_:into:)`` writes: height x width x channels.
  public var count: Int { height * width * color.channels }

  /// Throws when the parts contradict each other, so that a configuration can be refused early.
  public func validate() throws(ImagingError) {
    guard height > 0, width > 0 else {
      throw ImagingError(.invalidRequest, "an input of \(height)x\(width) pixels is not possible")
    }
    do throws(ImagingError) {
      try ImageLimits().check(width: width, height: height)
    } catch {
      throw ImagingError(.invalidRequest, "an input of \(height)x\(width) pixels is too large")
    }
    if resize == .cvLinear, color == .rgba || fit != .stretch {
      throw ImagingError(
        .invalidRequest, "cv-linear stands for cv2.imread and cv2.resize: no color rgba, and fit stretch")
    }
    if resize.isTensorFlow, fit == .fit {
      throw ImagingError(
        .invalidRequest, "fit \"fit\" is Pillow's; with \(resize.rawValue) it can be stretch, crop or pad")
    }
    try preprocess.check(color)
  }

  /// Decodes, resizes and normalises one image into `output`: NHWC float32, exactly ``count`` numbers.
  public func load(
    _ bytes: UnsafeRawBufferPointer, into output: UnsafeMutableBufferPointer<Float>
  ) throws(ImagingError) {
    try load(Arrival(bytes), into: output)
  }

  /// The same for an image that is still arriving, with the same numbers and errors as if all of it were there.
  /// It begins with the first bytes, and may succeed without the last ones where they are not part of the image.
  ///
  /// Throws ``ImagingError/Kind-swift.enum/interrupted`` where the rest is needed and never comes. An orientation
  /// may stand after a PNG's pixels: with ``exifOrientation`` they wait for the whole file.
  public func load(
    _ source: any ArrivingBytes, into output: UnsafeMutableBufferPointer<Float>
  ) throws(ImagingError) {
    try load(Arrival(source), into: output)
  }

  func load(_ file: Arrival, into output: UnsafeMutableBufferPointer<Float>) throws(ImagingError) {
    try validate()
    guard let target = output.baseAddress, output.count == count else {
      throw ImagingError(
        .invalidRequest, "the image makes \(count) numbers, but there is room for \(output.count)")
    }
    var source = try openImage(file, limits: limits, rules: DecodingRules(resize, color))
    if exifOrientation {
      let orientation = try Orientation(file)
      if orientation != .upright {
        // The image as it is and as it will be.
        let memory = source.memory + 2 * source.header.rowBytes * source.header.height
        try limits.check(memory: memory, of: source.header)
        source = try orientation.apply(BufferedRows(reading: source))
      }
    }
    let conversion = RowConversion(from: source.header, to: mode(for: source.header), premultiplies: false)
    if !conversion.isIdentity { source = try ConvertedRows(source, conversion) }

    let size = (source.header.width, source.header.height)
    let place =
      resize.isTensorFlow
      ? Placement(asTensorFlow: fit, of: size, onto: (width, height))
      : Placement(fit, of: size, onto: (width, height))
    try limits.check(memory: source.memory + memory(of: source.header, place), of: source.header)
    if place.width != width || place.height != height {
      for index in 0..<count { target[index] = preprocess(0, channel: index % color.channels) }
    }
    if resize.isTensorFlow {
      try resizeAsTensorFlow(source, place, into: target)
    } else {
      try resizeToPixels(source, place, into: target)
    }
  }

  /// The same into an array.
  public func load(_ bytes: UnsafeRawBufferPointer) throws(ImagingError) -> [Float] {
    try validate()
    var values = [Float](repeating: 0, count: count)
    var failure: ImagingError?
    values.withUnsafeMutableBufferPointer { buffer in
      do throws(ImagingError) {
        try load(bytes, into: buffer)
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return values
  }

  /// What the pixels are converted to, as `load_img` decides it.
  private func mode(for header: ImageHeader) -> ImageMode {
    switch color {
    case .grayscale: header.mode == .gray16 ? .gray16 : .gray
    case .rgb, .bgr: .rgb
    case .rgba: .rgba
    }
  }

  /// Bytes that resizing takes.
  private func memory(of header: ImageHeader, _ place: Placement) -> Int {
    if resize.isTensorFlow {
      let rows = resize == .tfArea ? header.height : min(header.height, 4 * place.height)
      let values = place.width * place.height * color.channels * MemoryLayout<Float>.stride
      return header.rowBytes * (rows + 1) + header.height * MemoryLayout<Int>.stride + values
    }
    let pixels = place.width * place.height * header.mode.rowBytesPerPixel
    let resizer = Resizer(
      width: place.width, height: place.height, filter: resize, box: place.box, pillow: pillow)
    return pixels + resizer.memory(of: header)
  }

  /// Resizes with Pillow's filters or OpenCV's, which give whole numbers.
  private func resizeToPixels(
    _ source: any RowSource, _ place: Placement, into output: UnsafeMutablePointer<Float>
  ) throws(ImagingError) {
    let mode = source.header.mode
    let pixels = try PixelBuffer(count: place.width * place.height * mode.rowBytesPerPixel)
    let resizer = Resizer(
      width: place.width, height: place.height, filter: resize, box: place.box, pillow: pillow)
    try resizer.run(source, into: pixels.base)

    if mode == .gray16 {
      let words = pixels.pointer(to: UInt16.self)
      write(place, samples: 1, into: output) { index, channel in
        preprocess(Float(words[index]), channel: channel)
      }
    } else {
      let table = (0..<color.channels).map { channel in
        (0..<256).map { preprocess(Float($0), channel: channel) }
      }.flatMap { $0 }
      write(place, samples: mode.rowBytesPerPixel, into: output) { index, channel in
        table[channel << 8 | Int(pixels.base[index])]
      }
    }
  }

  private func resizeAsTensorFlow(
    _ source: any RowSource, _ place: Placement, into output: UnsafeMutablePointer<Float>
  ) throws(ImagingError) {
    let header = source.header
    // tf.image crops before it resizes, so that rows and columns outside play no part.
    let (left, top) = (Int(place.box.left), Int(place.box.top))
    let (columns, rows) = (Int(place.box.right) - left, Int(place.box.bottom) - top)
    let rowBytes = columns * header.mode.rowBytesPerPixel
    guard place.width > 0, place.height > 0 else {
      throw ImagingError(
        .invalidRequest,
        "an image of \(header.width)x\(header.height) pixels is too narrow for \"fit\": \"\(fit.rawValue)\": nothing would be left of it"
      )
    }
    // Where the size stays, TensorFlow copies, whatever the filter.
    let isSameSize = columns == place.width && rows == place.height
    let needed = TensorFlowAxis(inputSize: rows, outputSize: place.height).needed(
      by: isSameSize ? .tfNearest : resize)
    var slots = [Int](repeating: 0, count: rows)
    var slotCount = 0
    for row in 0..<rows where needed[row] {
      slots[row] = slotCount
      slotCount += 1
    }
    let line = try PixelBuffer(count: header.rowBytes)
    let pixels = try PixelBuffer(count: rowBytes * slotCount)
    var position = 0
    for row in 0..<rows where needed[row] {
      if top + row > position { try source.skip(top + row - position) }
      try source.read(1, into: line.base, stride: header.rowBytes)
      position = top + row + 1
      (pixels.base + slots[row] * rowBytes).update(
        from: line.base + left * header.mode.rowBytesPerPixel, count: rowBytes)
    }
    try source.drain(header.height - position, scratch: line.base)

    let channels = color.channels
    let values = try PixelBuffer(count: place.width * place.height * channels * MemoryLayout<Float>.stride)
    let floats = values.pointer(to: Float.self)
    TensorFlowResizer(
      pixels: pixels.base, inputWidth: columns, inputHeight: rows,
      samples: header.mode.rowBytesPerPixel, channels: channels, width: place.width, height: place.height,
      slots: slots
    ).run(resize, into: floats)
    write(place, samples: channels, into: output) { index, channel in
      preprocess(floats[index], channel: channel)
    }
  }

  /// Writes the resized pixels to their place in the output, channels in the model's order.
  /// - Parameters:
  ///   - samples: from one pixel to the next.
  ///   - value: the number for a sample (by its index) as a channel of the output.
  private func write(
    _ place: Placement, samples: Int, into output: UnsafeMutablePointer<Float>,
    _ value: (_ index: Int, _ channel: Int) -> Float
  ) {
    let channels = color.channels
    let isReversed = color == .bgr || preprocess == .caffe
    for y in 0..<place.height {
      var target = output + ((place.y + y) * width + place.x) * channels
      for x in 0..<place.width {
        let pixel = (y * place.width + x) * samples
        for channel in 0..<channels {
          target[channel] = value(pixel + (isReversed ? channels - 1 - channel : channel), channel)
        }
        target += channels
      }
    }
  }
}
