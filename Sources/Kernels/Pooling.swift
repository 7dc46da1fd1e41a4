/// What is taken of the values under a window.
public enum PoolingFunction: Sendable { case max, average }

/// Output lines of a pooling, counted through all images of the batch. The border does not count.
public func pool(
  _ function: PoolingFunction, _ window: Window, input: UnsafePointer<Float>, channels: Int,
  output: UnsafeMutablePointer<Float>, outputStride: Int, lines: Range<Int>
) {
  let lineStride = window.inputWidth * window.pixelStride
  for line in lines {
    let (image, y) = (line / window.outputHeight, line % window.outputHeight)
    let tapsY = window.tapsInside(outputRow: y)
    let inputY = image * window.inputHeight + y * window.strideY - window.top
    for x in 0..<window.outputWidth {
      let tapsX = window.tapsInside(outputColumn: x)
      let source = input + inputY * lineStride + (x * window.strideX - window.left) * window.pixelStride
      let target = output + (line * window.outputWidth + x) * outputStride
      @inline(__always) func reduce(_ initial: Float, _ combine: (Vector, Vector) -> Vector, _ scale: Float?)
      {
        var channel = 0
        while channel < channels {
          let rest = channels - channel
          var result = Vector(repeating: initial)
          for tapY in tapsY {
            let row = source + tapY * window.dilationY * lineStride + channel
            for tapX in tapsX {
              let pixel = row + tapX * window.dilationX * window.pixelStride
              result = combine(
                result, rest >= Vector.scalarCount ? Vector.load(pixel) : Vector.load(pixel, count: rest))
            }
          }
          if let scale { result *= Vector(repeating: scale) }
          if rest >= Vector.scalarCount {
            result.store(target + channel)
          } else {
            result.store(target + channel, count: rest)
          }
          channel += Vector.scalarCount
        }
      }
      switch function {
      case .max: reduce(-.infinity, { $0.replacing(with: $1, where: $0 .< $1) }, nil)
      case .average: reduce(0, { $0 + $1 }, 1 / Float(tapsY.count * tapsX.count))
      }
    }
  }
}
