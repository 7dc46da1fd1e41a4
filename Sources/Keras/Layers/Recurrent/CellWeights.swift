import Inference

/// The weights of a cell.
struct CellWeights {
  /// `[inputs, gates * units]`
  var kernel: Tensor
  /// `[units, gates * units]`
  var recurrentKernel: Tensor
  /// Of `gates * units` values, or of as many twice.
  var bias: Tensor?

  /// Whether they are as NVIDIA's library has them, in the layers CuDNNLSTM and CuDNNGRU.
  func isCuDNN(_ kind: Recurrence.Cell) -> Bool {
    kind != .simple && bias?.shape == [2 * recurrentKernel.shape[1]]
  }

  /// The weights of CuDNN's layer as those of Keras' own, as Keras 2 converts them: each gate's kernels are turned, and
  /// there are two biases.
  func converted(gates: Int) -> CellWeights {
    let width = recurrentKernel.shape[1]
    var bias = bias
    if let both = bias {
      bias =
        gates == 4
        ? Tensor(shape: [width], zip(both.values[..<width], both.values[width...]).map { $0 + $1 })
        : both.reshaped([2, width])
    }
    return CellWeights(
      kernel: kernel.gatesTurned(gates, isTransposed: false),
      recurrentKernel: recurrentKernel.gatesTurned(gates, isTransposed: true), bias: bias)
  }
}

extension Tensor {
  /// The part of each gate, `[rows, units]`, turned.
  /// - Parameter isTransposed: whether each is the transposed of the result; else its values are those of the result's
  ///   columns, one after the other, in the shape of the result.
  fileprivate func gatesTurned(_ gates: Int, isTransposed: Bool) -> Tensor {
    let (rows, units) = (shape[0], shape[1] / gates)
    let source = values
    return Tensor(
      shape: shape,
      storage: TensorStorage(count: count) { target in
        for row in 0..<rows {
          for column in 0..<gates * units {
            let (gate, unit) = (column / units, column % units)
            let place = isTransposed ? unit * units + row : unit * rows + row
            target[row * gates * units + column] =
              source[place / units * gates * units + gate * units + place % units]
          }
        }
      })
  }
}
