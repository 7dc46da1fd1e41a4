import HDF5
import Inference

/// Collects the weights of a model's layers as tensors.
struct WeightReader {
  private let file: HDF5File
  private let conversion: KernelConversion
  /// How many values may still be copied: conversions, compressed data and what was never written take memory, which
  /// a small file must not claim unlimited memory.
  private var copyLimit: Int
  private var tensors: [Int: [(name: String, tensor: Tensor)]] = [:]
  /// What is to be read.
  private var wanted: [(dataset: HDF5Dataset, slot: WeightSlot)] = []

  /// - Parameters:
  ///   - size: the model file's, in bytes.
  ///   - conversion: how kernels become those of today's Keras.
  init(file: HDF5File, size: Int, conversion: KernelConversion) {
    self.file = file
    self.conversion = conversion
    copyLimit = 128 << 20 + 8 * size
  }

  /// The weights of a layer, by the names of its class.
  func weights(of layer: LayerDescription) -> LayerWeights {
    LayerWeights(identity: layer.identity, tensors: tensors[layer.id] ?? [])
  }

  /// Takes a dataset as one weight, to be read by ``readAll()``: in a file that is still arriving, the values of all
  /// weights are asked for before any is waited for.
  mutating func add(_ dataset: HDF5Dataset, as slot: WeightSlot) {
    dataset.requestValues()
    wanted.append((dataset, slot))
  }

  /// Reads what was added.
  mutating func readAll() throws(KerasError) {
    for (dataset, slot) in wanted {
      let tensor = try conversion.convert(try tensor(dataset, slot), slot)
      tensors[slot.layer.id, default: []].append((slot.name, tensor))
    }
    wanted = []
  }

  /// Gives a layer the weights of another place of the same layer, with all within it.
  mutating func share(_ original: LayerDescription, with layer: LayerDescription) {
    tensors[layer.id] = tensors[original.id]
    for (inner, place) in zip(original.children, layer.children) { share(inner, with: place) }
  }

  /// Refuses whole numbers whose scale nobody asked for, and floats in the place of whole numbers.
  private func checkType(_ dataset: HDF5Dataset, _ slot: WeightSlot) throws(KerasError) {
    var isInteger = false
    if case .integer = dataset.type { isInteger = true }
    if slot.weight.isQuantized {
      guard case .integer(size: 1, isSigned: true, _) = dataset.type else {
        throw slot.layer.identity.error(
          "its weight \"\(slot.name)\" is not of int8, as its dtype policy has it")
      }
    } else if isInteger, slot.weight.isTrainable {
      throw slot.layer.identity.error(
        "its weight \"\(slot.name)\" is of whole numbers, and its configuration does not say which scale they have",
        remedy: "save the model with model.save(), or before it is quantized")
    }
  }

  private mutating func tensor(_ dataset: HDF5Dataset, _ slot: WeightSlot) throws(KerasError) -> Tensor {
    let identity = slot.layer.identity
    try checkType(dataset, slot)
    if let values = dataset.mappedFloats(), let base = values.baseAddress {
      do throws(HDF5Error) { try dataset.waitForValues() } catch {
        throw identity.error("its weight \"\(slot.name)\": \(error.reason)")
      }
      return Tensor(
        shape: dataset.shape,
        storage: TensorStorage(borrowing: base, count: values.count, from: file, isFileMap: true))
    }
    guard dataset.count <= copyLimit else {
      throw identity.error(
        "its weight \"\(slot.name)\" has \(dataset.count) values, too many for a file of this size",
        remedy: "store it without compression: h5repack -f NONE")
    }
    copyLimit -= dataset.count
    var failure: HDF5Error?
    let storage = TensorStorage(count: dataset.count) { memory in
      do throws(HDF5Error) {
        try dataset.readFloats(into: memory)
      } catch {
        failure = error
        memory.initialize(repeating: 0)
      }
    }
    if let failure { throw identity.error("its weight \"\(slot.name)\": \(failure.reason)") }
    return Tensor(shape: dataset.shape, storage: storage)
  }
}
