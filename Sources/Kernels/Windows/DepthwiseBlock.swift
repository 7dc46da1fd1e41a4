/// Output lines of a depthwise convolution: every channel has its own window of weights.
public struct DepthwiseBlock {
  public var window: Window
  /// The first channel of interest of the first image.
  public var input: UnsafePointer<Float>
  public var channels: Int
  /// `[place of the window][channel]`, places ``weightStride`` values apart.
  public var weights: UnsafePointer<Float>
  public var weightStride: Int
  /// One a channel.
  public var bias: UnsafePointer<Float>
  public var output: UnsafeMutablePointer<Float>
  public var outputStride: Int
  /// Results are kept within these bounds.
  public var low: Float = -.infinity
  public var high: Float = .infinity

  public init(
    window: Window, input: UnsafePointer<Float>, channels: Int, weights: UnsafePointer<Float>,
    weightStride: Int, bias: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, outputStride: Int
  ) {
    self.window = window
    self.input = input
    self.channels = channels
    self.weights = weights
    self.weightStride = weightStride
    self.bias = bias
    self.output = output
    self.outputStride = outputStride
  }

  /// The same for some of the channels.
  public func part(_ channels: Range<Int>) -> DepthwiseBlock {
    require(channels.lowerBound >= 0 && channels.upperBound <= self.channels, "a part lies within its block")
    var part = self
    part.input += channels.lowerBound
    part.weights += channels.lowerBound
    part.bias += channels.lowerBound
    part.output += channels.lowerBound
    part.channels = channels.count
    return part
  }
}
