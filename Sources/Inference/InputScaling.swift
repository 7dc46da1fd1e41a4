/// What a model does to its input's values before anything else: `x * scale + offset`, the mean over the channels.
public struct InputScaling: Sendable, Equatable {
  public var scale: Double = 1
  public var offset: Double = 0

  public init() {}

  /// Whether pixels of 0...255 are what it takes: it makes them a hundredth or so, or takes off a mean of theirs.
  public var takesPixels: Bool { abs(scale) <= 1 / 16 || (scale == 1 && abs(offset) > 16) }
  /// Whether values of about 0...1 are: it takes off their mean and divides by their deviation.
  public var takesShares: Bool { abs(scale) >= 2 }
}

extension Graph {
  /// How a model scales what it is given: by layers as `Rescaling` and `Normalization`, or by arithmetic such as that of
  /// `preprocess_input` within the model.
  public func scaling(of input: ValueID) -> InputScaling {
    var scaling = InputScaling()
    var current = input
    for (index, node) in nodes.enumerated() where node.inputs.contains(current) {
      switch node.operation {
      case .reshape, .transpose, .flip, .slice, .take, .resize, .padding, .concatenation, .unary(.truncate):
        break
      case .unary(.linear(let scale, let offset)):
        scaling.apply(scale: Double(scale), offset: Double(offset))
      case .affine(let scale, let offset, _): scaling.apply(scale: scale.mean, offset: offset.mean)
      case .binary(let function):
        let isFirst = node.inputs.first == current
        guard let other = node.inputs.first(where: { $0 != current }),
          case .constant(let tensor) = nodes[other.index].operation
        else { return scaling }
        switch function {
        case .add: scaling.apply(scale: 1, offset: tensor.mean)
        case .subtract where isFirst: scaling.apply(scale: 1, offset: -tensor.mean)
        case .multiply: scaling.apply(scale: tensor.mean, offset: 0)
        case .divide where isFirst: scaling.apply(scale: 1 / tensor.mean, offset: 0)
        default: return scaling
        }
      default: return scaling
      }
      current = ValueID(index: index)
    }
    return scaling
  }
}

extension InputScaling {
  fileprivate mutating func apply(scale: Double, offset: Double) {
    self.scale *= scale
    self.offset = self.offset * scale + offset
  }
}

extension Tensor {
  fileprivate var mean: Double {
    count > 0 ? values.reduce(0) { $0 + Double($1) } / Double(count) : 0
  }
}
