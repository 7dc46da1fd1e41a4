import Inference

/// The shapes of well-known classifiers, batch normalisation folded.
enum Model: String, CaseIterable {
  case mobileNetV2, mobileNet, resNet50, vgg16, efficientNetB0, denseNet121, convNeXtTiny

  func graph() throws -> Graph {
    switch self {
    case .mobileNetV2: try Model.makeMobileNetV2()
    case .mobileNet: try Model.makeMobileNet()
    case .resNet50: try Model.makeResNet50()
    case .vgg16: try Model.makeVGG16()
    case .efficientNetB0: try Model.makeEfficientNetB0()
    case .denseNet121: try Model.makeDenseNet121()
    case .convNeXtTiny: try Model.makeConvNeXtTiny()
    }
  }

  private static func makeMobileNetV2() throws -> Graph {
    var model = ModelBuilder()
    let relu6 = Unary.relu(ceiling: 6)
    var x = try model.convolution(model.input(224), 32, 3, stride: 2, activation: relu6)
    let blocks = [
      (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2),
      (6, 320, 1, 1),
    ]
    for (expansion, filters, count, stride) in blocks {
      for index in 0..<count {
        let shortcut = x
        if expansion > 1 {
          x = try model.convolution(x, model.channels(x) * expansion, 1, activation: relu6)
        }
        x = try model.depthwise(x, 3, stride: index == 0 ? stride : 1, activation: relu6)
        x = try model.convolution(x, filters, 1)
        if index > 0 { x = try model.binary(.add, shortcut, x) }
      }
    }
    x = try model.convolution(x, 1280, 1, activation: relu6)
    return try model.finish(model.globalAverage(x))
  }

  private static func makeMobileNet() throws -> Graph {
    var model = ModelBuilder()
    let relu6 = Unary.relu(ceiling: 6)
    var x = try model.convolution(model.input(224), 32, 3, stride: 2, activation: relu6)
    let blocks =
      [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)]
      + Array(repeating: (512, 1), count: 5) + [(1024, 2), (1024, 1)]
    for (filters, stride) in blocks {
      x = try model.depthwise(x, 3, stride: stride, activation: relu6)
      x = try model.convolution(x, filters, 1, activation: relu6)
    }
    return try model.finish(model.globalAverage(x))
  }

  private static func makeResNet50() throws -> Graph {
    var model = ModelBuilder()
    let padding = Border.explicit(top: 3, bottom: 3, left: 3, right: 3)
    var x = try model.convolution(
      model.input(224), 64, 7, stride: 2, border: padding, activation: .relu())
    x = try model.pool(.max, x, 3, stride: 2, border: .explicit(top: 1, bottom: 1, left: 1, right: 1))
    for (filters, count, stride) in [(64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)] {
      for index in 0..<count {
        let stride = index == 0 ? stride : 1
        let shortcut = index == 0 ? try model.convolution(x, filters * 4, 1, stride: stride) : x
        x = try model.convolution(x, filters, 1, stride: stride, activation: .relu())
        x = try model.convolution(x, filters, 3, activation: .relu())
        x = try model.convolution(x, filters * 4, 1)
        x = try model.activation(model.binary(.add, shortcut, x), .relu())
      }
    }
    return try model.finish(model.globalAverage(x))
  }

  private static func makeVGG16() throws -> Graph {
    var model = ModelBuilder()
    var x = model.input(224)
    for (filters, count) in [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)] {
      for _ in 0..<count { x = try model.convolution(x, filters, 3, activation: .relu()) }
      x = try model.pool(.max, x, 2, stride: 2)
    }
    x = try model.dense(model.flatten(x), 4096, activation: .relu())
    return try model.finish(model.dense(x, 4096, activation: .relu()))
  }

  private static func makeEfficientNetB0() throws -> Graph {
    var model = ModelBuilder()
    var x = try model.convolution(model.input(224), 32, 3, stride: 2, activation: .swish)
    let blocks = [
      (1, 16, 1, 1, 3), (6, 24, 2, 2, 3), (6, 40, 2, 2, 5), (6, 80, 3, 2, 3), (6, 112, 3, 1, 5),
      (6, 192, 4, 2, 5), (6, 320, 1, 1, 3),
    ]
    for (expansion, filters, count, stride, size) in blocks {
      for index in 0..<count {
        let shortcut = x
        let depth = model.channels(x)
        if expansion > 1 { x = try model.convolution(x, depth * expansion, 1, activation: .swish) }
        x = try model.depthwise(x, size, stride: index == 0 ? stride : 1, activation: .swish)
        var scale = try model.globalAverage(x, keep: true)
        scale = try model.convolution(scale, depth / 4, 1, activation: .swish)
        scale = try model.convolution(scale, model.channels(x), 1, activation: .sigmoid)
        x = try model.convolution(model.binary(.multiply, x, scale), filters, 1)
        if index > 0 { x = try model.binary(.add, shortcut, x) }
      }
    }
    x = try model.convolution(x, 1280, 1, activation: .swish)
    return try model.finish(model.globalAverage(x))
  }

  private static func makeDenseNet121() throws -> Graph {
    var model = ModelBuilder()
    var x = try model.convolution(model.input(224), 64, 7, stride: 2, activation: .relu())
    x = try model.pool(.max, x, 3, stride: 2, border: .same)
    for (block, count) in [6, 12, 24, 16].enumerated() {
      for _ in 0..<count {
        var y = try model.activation(x, .relu())
        y = try model.convolution(y, 128, 1, activation: .relu())
        x = try model.concatenate([x, model.convolution(y, 32, 3)])
      }
      if block < 3 {
        x = try model.convolution(model.activation(x, .relu()), model.channels(x) / 2, 1)
        x = try model.pool(.average, x, 2, stride: 2)
      }
    }
    return try model.finish(model.globalAverage(model.activation(x, .relu())))
  }

  private static func makeConvNeXtTiny() throws -> Graph {
    var model = ModelBuilder()
    var x = try model.convolution(model.input(224), 96, 4, stride: 4, border: .valid)
    for (filters, count) in [(96, 3), (192, 3), (384, 9), (768, 3)] {
      if filters > 96 { x = try model.convolution(x, filters, 2, stride: 2, border: .valid) }
      for _ in 0..<count {
        let shortcut = x
        x = try model.depthwise(x, 7)
        x = try model.dense(x, filters * 4, activation: .gelu(approximate: false))
        x = try model.binary(.add, shortcut, model.dense(x, filters))
      }
    }
    return try model.finish(model.globalAverage(x))
  }
}
