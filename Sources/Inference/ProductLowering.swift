extension Lowering {
  /// The step of a convolution, a matrix product or a pooling; nil for anything else.
  func productStep(_ node: Graph.Node, _ inputs: [Operand], _ output: Operand) -> (any Step)? {
    let input = inputs[0]
    let epilogue = Epilogue(
      scale: node.outputScale, residual: node.addsResidual ? inputs.last : nil, activation: node.activation)
    switch node.operation {
    case .convolution(let convolution):
      if let prologue = node.prologue {
        return BandedConvolutionStep(
          name: node.name, prologue, convolution, inputs: inputs, output: output, epilogue: epilogue,
          packing: packing)
      }
      if let dense = convolution.asDense(output) {
        return DenseStep(
          name: node.name, dense, input: input, output: output, epilogue: epilogue,
          packing: packing)
      }
      if let tile = WinogradChoice(convolution, output: output, kernels: packing.kernels)?.tile {
        return WinogradStep(
          name: node.name, tile, convolution, input: input, output: output, epilogue: epilogue,
          packing: packing)
      }
      return ConvolutionStep(
        name: node.name, convolution, input: input, output: output, epilogue: epilogue,
        packing: packing)
    case .depthwiseConvolution(let convolution):
      return DepthwiseConvolutionStep(
        name: node.name, convolution, input: input, output: output, epilogue: epilogue,
        packing: packing)
    case .dense(let dense):
      return DenseStep(
        name: node.name, dense, input: input, output: output, epilogue: epilogue,
        packing: packing)
    case .pooling(let pooling):
      return PoolingStep(name: node.name, pooling, input: input, output: output)
    case .matMul(let transposeA, let transposeB):
      return MatMulStep(
        name: node.name, transposeA: transposeA, transposeB: transposeB, input, inputs[1], output: output,
        workers: packing.workers, kernels: packing.kernels)
    case .transposedConvolution(let convolution):
      return TransposedConvolutionStep(
        name: node.name, convolution, input: input, output: output, packing: packing)
    case .locallyConnected(let layer):
      return LocallyConnectedStep(
        name: node.name, layer, input: input, output: output, workers: packing.workers)
    default: return nil
    }
  }
}

extension Convolution {
  /// The convolution of a single pixel is a product of a vector and a matrix, as in squeeze-and-excitation.
  fileprivate func asDense(_ output: Operand) -> Dense? {
    guard output.rows == 1, kernel.shape[0] == 1, kernel.shape[1] == 1, groups == 1, strides == Extent(1, 1),
      border == .valid || border == .same
    else { return nil }
    return Dense(kernel: kernel.reshaped([kernel.shape[2], kernel.shape[3]]), bias: bias)
  }
}
