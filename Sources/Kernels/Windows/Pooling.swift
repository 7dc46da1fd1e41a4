/// What is taken of the values under a window.
public enum PoolingFunction: Sendable { case max, average }

/// Output lines of a pooling, counted through all images of the batch. The border does not count.
public func pool(
  _ function: PoolingFunction, _ window: Window, input: UnsafePointer<Float>, channels: Int,
  output: UnsafeMutablePointer<Float>, outputStride: Int, lines: Range<Int>
) {
  require(window.pixelStride >= channels, "channels lie within their pixel")
  require(outputStride >= channels, "pixels of the output do not overlap")
  require(lines.lowerBound >= 0, "lines are counted from 0")
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
        /// - Parameter rest: channels where they are fewer than one vector holds.
        @inline(__always) func reduce<let vectors: Int>(
          _ width: Vectors<vectors>, _ channel: Int, rest: Int? = nil
        ) {
          var results = InlineArray<vectors, Vector>(repeating: Vector(repeating: initial))
          for tapY in tapsY {
            let row = source + tapY * window.dilationY * lineStride + channel
            for tapX in tapsX {
              let pixel = row + tapX * window.dilationX * window.pixelStride
              for vector in 0..<vectors {
                let values = pixel + vector * Vector.scalarCount
                results[vector] = combine(
                  results[vector], rest.map { Vector.load(values, count: $0) } ?? Vector.load(values))
              }
            }
          }
          for vector in 0..<vectors {
            if let scale { results[vector] *= Vector(repeating: scale) }
            let place = target + channel + vector * Vector.scalarCount
            if let rest { results[vector].store(place, count: rest) } else { results[vector].store(place) }
          }
        }
        guard channels >= Vector.scalarCount else { return reduce(Vectors<1>(), 0, rest: channels) }
        var channel = 0
        while channel + 4 * Vector.scalarCount <= channels {
          reduce(Vectors<4>(), channel)
          channel += 4 * Vector.scalarCount
        }
        while channel < channels {
          // The last vector may begin in the one before it: the same results are written again.
          reduce(Vectors<1>(), min(channel, channels - Vector.scalarCount))
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

/// Names how many neighbouring vectors of channels are computed together.
private struct Vectors<let count: Int> {}
