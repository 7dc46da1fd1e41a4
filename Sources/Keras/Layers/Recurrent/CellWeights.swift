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

// MARK: Keras 1

extension CellWeights {
  /// The gates in the order in which Keras 1 has their weights in a file.
  private static func gatesApart(_ kind: Recurrence.Cell) -> [String] {
    kind == .lstm ? ["i", "c", "f", "o"] : ["z", "r", "h"]
  }

  /// The names of weights that a file has for each gate.
  static func namesApart(_ kind: Recurrence.Cell) -> [String] {
    gatesApart(kind).flatMap { ["kernel_\($0)", "recurrent_kernel_\($0)", "bias_\($0)"] }
  }

  /// Weights that the file has for each gate.
  init(joining weights: LayerWeights, _ kind: Recurrence.Cell, inputs: Int?, units: Int) throws(KerasError) {
    let gates = kind == .lstm ? ["i", "f", "c", "o"] : Self.gatesApart(kind)
    func joined(_ name: String, _ shape: [Int?]) throws(KerasError) -> Tensor {
      var parts: [Tensor] = []
      for gate in gates { parts.append(try weights.tensor("\(name)_\(gate)", shape)) }
      let rows = parts[0].count / units
      let values = (0..<rows).flatMap { row in
        parts.flatMap { $0.values[row * units..<(row + 1) * units] }
      }
      return Tensor(shape: parts[0].shape.dropLast() + [gates.count * units], values)
    }
    kernel = try joined("kernel", [inputs, units])
    recurrentKernel = try joined("recurrent_kernel", [units, units])
    bias = try joined("bias", [units])
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
