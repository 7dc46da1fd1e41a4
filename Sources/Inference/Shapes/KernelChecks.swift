// Checks that operations with a window of weights share.

/// The axes of what a window slides over.
let imageLayout = "(batch, height, width, channels)"

func checkKernel(_ kernel: Tensor, rank: Int, _ layout: String) throws(ShapeError) {
  if kernel.shape.count != rank {
    throw ShapeError(reason: "the kernel needs \(rank) axes \(layout), its shape is \(kernel.shape.text)")
  }
  try Shape(kernel.shape).checkLimits()
}

func checkBias(_ bias: Tensor?, _ shape: [Int]) throws(ShapeError) {
  if let bias, bias.shape != shape {
    throw ShapeError(reason: "the bias needs shape \(shape.text), it has \(bias.shape.text)")
  }
}

func checkChannels(kernel expected: Int, input: Int?) throws(ShapeError) {
  if let input, input != expected {
    throw ShapeError(reason: "the kernel expects \(expected) input channels, the input has \(input)")
  }
}
