import TestSupport
import Testing

@testable import Inference

/// Every light operation against Keras or numpy.
@Suite(.enabled(if: Fixtures.exist("Inference"), "\(Fixtures.hint)"))
struct OperationTests {
  /// The operation of a case, by the case's name.
  static let operations: [String: @Sendable (OperationCase) throws -> Operation] = {
    var table: [String: @Sendable (OperationCase) throws -> Operation] = [:]
    for (name, unary) in unaries { table["unary_" + name] = { _ in .unary(unary) } }
    for (name, binary) in binaries { table["binary_" + name] = { _ in .binary(binary) } }
    for name in [
      "channel", "scalar", "rank0", "squeeze_excite", "first", "mask", "outer", "rows", "column", "wide",
      "large",
    ] {
      table["broadcast_" + name] = { _ in .binary(.subtract) }
    }
    table["select"] = { _ in .select }
    for axis in [-1, 1, 2] {
      table["affine_\(axis)"] = {
        .affine(scale: try $0.tensor("scale"), offset: try $0.tensor("offset"), axis: axis)
      }
    }
    table["prelu_shared"] = { .parametricReLU(alpha: try $0.tensor("alpha")) }
    table["prelu_full"] = table["prelu_shared"]
    for (name, axes) in [("last", [-1]), ("middle", [1]), ("image", [1, 2, 3]), ("pair", [1, 3])] {
      table["layer_normalization_" + name] = {
        .normalization(
          Normalization(
            .layer, axes: axes, epsilon: 1e-3, gamma: try $0.tensor("gamma"), beta: try $0.tensor("beta")))
      }
    }
    for groups in [1, 3, 24] {
      table["group_normalization_\(groups)"] = {
        .normalization(
          Normalization(
            .group(count: groups), axes: [-1], epsilon: 1e-3, gamma: try $0.tensor("gamma"),
            beta: try $0.tensor("beta")))
      }
    }
    table["rms_normalization"] = {
      .normalization(
        Normalization(.rms, axes: [-1], epsilon: 1e-6, gamma: try $0.tensor("gamma"), beta: nil))
    }
    for (name, axes) in [("", [-1]), ("_axes", [1, 2])] {
      table["unit_normalization" + name] = { _ in
        .normalization(Normalization(.unit, axes: axes, epsilon: 1e-24, gamma: nil, beta: nil))
      }
    }
    for (name, axes) in [("last", [-1]), ("middle", [1]), ("pair", [1, 2]), ("first", [0]), ("large", [2])] {
      table["softmax_" + name] = { _ in .softmax(axes: axes) }
    }
    table["log_softmax"] = { _ in .logSoftmax(axis: -1) }
    table["log_softmax_middle"] = { _ in .logSoftmax(axis: 1) }
    table["sparsemax"] = { _ in .sparsemax(axis: -1) }
    table["sparsemax_middle"] = { _ in .sparsemax(axis: 1) }
    for reduction in [
      Reduction.sum, .mean, .max, .min, .product, .variance, .l2Norm, .any, .all, .logSumExp,
    ] {
      for (label, axes) in [("image", [1, 2]), ("last", [-1]), ("ends", [1, 3]), ("all", [])] {
        table["reduction_\(reduction)_\(label)"] = { _ in
          .reduction(reduction, axes: axes, keepDimensions: label == "image")
        }
      }
    }
    for (label, axis) in [("last", -1), ("middle", 1), ("first", 0)] {
      table["argmax_" + label] = { _ in .argument(.max, axis: axis) }
      table["argmin_" + label] = { _ in .argument(.min, axis: axis) }
      table["cumulative_sum_" + label] = { _ in .cumulativeSum(axis: axis) }
      table["cumulative_product_" + label] = { _ in .cumulativeProduct(axis: axis) }
      table["sort_" + label] = { _ in .sort(axis: axis) }
      table["argsort_" + label] = { _ in .argumentSort(axis: axis) }
    }
    table.merge(rearrangements) { first, _ in first }
    for (name, method) in [
      ("nearest", Resize.Interpolation.nearest), ("bilinear", .bilinear), ("bicubic", .bicubic),
      ("lanczos3", .lanczos3), ("lanczos5", .lanczos5), ("area", .area),
      ("gaussian", .gaussian), ("mitchellcubic", .mitchellcubic),
    ] {
      for (label, size) in [
        ("up", Extent(15, 20)), ("down", Extent(4, 5)), ("mixed", Extent(14, 3)), ("same", Extent(7, 9)),
      ] {
        table["resize_\(name)_\(label)"] = { _ in
          .resize(Resize(size: .exactly(size), interpolation: method))
        }
        if [.bilinear, .bicubic, .lanczos3, .lanczos5].contains(method) {
          table["resize_antialias_\(name)_\(label)"] = { _ in
            .resize(Resize(size: .exactly(size), interpolation: method, antialias: true))
          }
        }
      }
    }
    table["resize_scaled"] = { _ in
      .resize(Resize(size: .scaled(Extent(2, 3)), interpolation: .bilinear))
    }
    for (name, equation) in [
      ("dense_heads", "abc,cde->abde"), ("attention", "aecd,abcd->acbe"), ("context", "acbe,aecd->abcd"),
      ("outer", "ab,cd->acbd"), ("matrix", "ij,jk->ki"), ("sum", "abc->ca"), ("unread", "abz,bcy->ac"),
      ("three", "ab,bc,cd->ad"), ("product", "ab,ab->ab"),
    ] {
      table["einsum_" + name] = { _ in .einsum(equation) }
    }
    for name in ["pair", "heads", "large", "one", "special"] {
      table["determinant_" + name] = { _ in .determinant }
    }
    table.merge(recurrences) { first, _ in first }
    table.merge(windows) { first, _ in first }
    table.merge(large) { first, _ in first }
    return table
  }()

  static let recurrences: [String: @Sendable (OperationCase) throws -> Operation] = {
    var table: [String: @Sendable (OperationCase) throws -> Operation] = [:]
    func add(
      _ name: String, _ cell: Recurrence.Cell, _ change: @escaping @Sendable (inout Recurrence) -> Void
    ) {
      table["recurrence_" + name] = { item in
        var recurrence = Recurrence(
          cell, kernel: try item.tensor("kernel"),
          bias: cell == .gru(resetsProduct: true) ? try item.tensor("bias") : nil, activation: .tanh,
          gateActivation: .sigmoid)
        change(&recurrence)
        return .recurrence(recurrence)
      }
    }
    let cells: [(String, Recurrence.Cell)] = [
      ("simple", .simple), ("lstm", .lstm), ("gru_product", .gru(resetsProduct: true)),
      ("gru_state", .gru(resetsProduct: false)),
    ]
    for (name, cell) in cells {
      add(name, cell) { _ in }
      add(name + "_large", cell) { _ in }
      add(name + "_masked", cell) {
        $0.isMasked = true
        $0.goesBackwards = true
        $0.result = .statesAndSequence
      }
    }
    add("lstm_states", .lstm) {
      $0.hasInitialStates = true
      $0.result = .states
    }
    add("lstm_zeroes", .lstm) {
      $0.isMasked = true
      $0.hasInitialStates = true
      $0.zeroesMaskedSteps = true
    }
    return table
  }()

  /// Tensors that are cut into several parts.
  static let large: [String: @Sendable (OperationCase) throws -> Operation] = {
    let fixed: [String: Operation] = [
      "swish": .unary(.swish), "transpose": .transpose([0, 3, 1, 2]),
      "slice": .slice([.whole, .range(begin: 1, end: nil, step: 2), .range(begin: nil, end: nil, step: -1)]),
      "padding": .padding(before: [0, 1, 3, 0], after: [0, 2, 0, 0], mode: .constant(0)),
      "padding_few_channels": .padding(before: [0, 1, 2, 0], after: [0, 1, 2, 0], mode: .constant(0)),
      "softmax": .softmax(axes: [-1]), "mean": .reduction(.mean, axes: [1, 2], keepDimensions: false),
      "mean_of_rows": .reduction(.mean, axes: [3], keepDimensions: false),
      "mean_of_all": .reduction(.mean, axes: [1, 2, 3], keepDimensions: false),
      "argmax": .argument(.max, axis: 1), "cumulative_sum": .cumulativeSum(axis: 2),
      "resize": .resize(Resize(size: .exactly(Extent(71, 50)), interpolation: .bilinear)),
      "concatenate": .concatenation(axis: -1), "mask": .select,
    ]
    var table: [String: @Sendable (OperationCase) throws -> Operation] = [:]
    for (name, operation) in fixed { table["large_" + name] = { _ in operation } }
    table["large_affine"] = {
      .affine(scale: try $0.tensor("scale"), offset: try $0.tensor("offset"), axis: -1)
    }
    for (name, kind) in [("layer", Normalization.Kind.layer), ("group", .group(count: 4))] {
      table["large_\(name)_normalization"] = {
        .normalization(
          Normalization(
            kind, axes: [-1], epsilon: 1e-3, gamma: try $0.tensor("gamma"), beta: try $0.tensor("beta")))
      }
    }
    return table
  }()

  static let windows: [String: @Sendable (OperationCase) throws -> Operation] = {
    var table: [String: @Sendable (OperationCase) throws -> Operation] = [:]
    for (name, strides, dilation, border, groups) in [
      ("valid", 1, 1, Border.valid, 1), ("same", 1, 1, .same, 1), ("strided", 2, 1, .same, 1),
      ("pointwise", 1, 1, .valid, 1), ("dilated", 1, 2, .same, 1), ("grouped", 1, 1, .valid, 4),
    ] {
      table["convolution_" + name] = {
        .convolution(
          Convolution(
            kernel: try $0.tensor("kernel"), bias: try $0.tensor("bias"), strides: Extent(strides, strides),
            dilation: Extent(dilation, dilation), border: border, groups: groups))
      }
    }
    for (name, strides, border) in [("same", 2, Border.same), ("multiplier", 1, .valid)] {
      table["depthwise_" + name] = {
        .depthwiseConvolution(
          DepthwiseConvolution(
            kernel: try $0.tensor("kernel"), bias: try $0.tensor("bias"), strides: Extent(strides, strides),
            border: border))
      }
    }
    for (name, strides, dilation, border, padding) in [
      ("valid", 2, 1, Border.valid, nil), ("same", 2, 1, .same, nil), ("even", 2, 1, .same, nil),
      ("wide", 3, 1, .valid, nil), ("unit", 1, 1, .same, nil), ("dilated", 1, 2, .same, nil),
      ("padded", 2, 1, .same, Extent(1, 1)), ("gap", 3, 1, .same, nil),
    ] {
      table["transposed_" + name] = {
        .transposedConvolution(
          TransposedConvolution(
            kernel: try $0.tensor("kernel"), bias: try $0.tensor("bias"), strides: Extent(strides, strides),
            dilation: Extent(dilation, dilation), border: border, outputPadding: padding))
      }
    }
    for (name, kind) in [("max", Pooling.Kind.max), ("average", .average)] {
      table["\(name)_pooling_valid"] = { _ in
        .pooling(Pooling(kind, window: Extent(2, 2), strides: Extent(2, 2), border: .valid))
      }
      table["\(name)_pooling_same"] = { _ in
        .pooling(Pooling(kind, window: Extent(3, 2), strides: Extent(2, 2), border: .same))
      }
    }
    table["locally_connected"] = {
      .locallyConnected(
        LocallyConnected(
          kernel: try $0.tensor("kernel"), bias: try $0.tensor("bias"), window: Extent(3, 2),
          strides: Extent(1, 2)))
    }
    table["dense"] = { .dense(Dense(kernel: try $0.tensor("kernel"), bias: try $0.tensor("bias"))) }
    table["matmul"] = { _ in .matMul(transposeA: false, transposeB: false) }
    table["matmul_transposed"] = { _ in .matMul(transposeA: true, transposeB: true) }
    return table
  }()

  static let unaries: [String: Unary] = [
    "relu": .relu(), "relu6": .relu(ceiling: 6), "leaky_relu": .relu(negativeSlope: 0.3),
    "relu_general": .relu(negativeSlope: 0.1, ceiling: 4, threshold: 1.5),
    "relu_threshold": .relu(ceiling: 5, threshold: -1),
    "relu_slope_max": .relu(negativeSlope: 0.2, ceiling: 6), "sigmoid": .sigmoid, "tanh": .tanh,
    "softplus": .softplus, "softsign": .softsign, "exponential": .exponential, "swish": .swish,
    "mish": .mish, "selu": .selu, "elu": .elu(alpha: 0.7), "celu": .celu(alpha: 1.3),
    "gelu_erf": .gelu(approximate: false), "gelu_tanh": .gelu(approximate: true),
    "hard_sigmoid": .hardSigmoid(slope: 1 / 6, offset: 0.5),
    "hard_sigmoid_2": .hardSigmoid(slope: 0.2, offset: 0.5), "hard_swish": .hardSwish,
    "thresholded_relu": .thresholdedReLU(theta: 1.25), "log_sigmoid": .logSigmoid,
    "squareplus": .squareplus(b: 3), "sparse_plus": .sparsePlus, "sparse_sigmoid": .sparseSigmoid,
    "soft_shrink": .softShrink(threshold: 0.6), "hard_shrink": .hardShrink(threshold: 0.6),
    "tanh_shrink": .tanhShrink, "hard_tanh": .hardTanh, "clip": .clip(low: -1.5, high: 2.5),
    "linear": .linear(scale: 0.3, offset: 2), "abs": .abs, "negative": .negative, "sign": .sign,
    "square": .square, "sqrt": .sqrt, "rsqrt": .rsqrt, "reciprocal": .reciprocal, "exp": .exp,
    "expm1": .expm1, "log": .log, "log1p": .log1p, "log2": .log2, "log10": .log10, "sin": .sin,
    "cos": .cos, "tan": .tan, "arcsin": .arcsin, "arccos": .arccos, "arctan": .arctan, "sinh": .sinh,
    "cosh": .cosh, "arcsinh": .arcsinh, "arccosh": .arccosh, "arctanh": .arctanh, "erf": .erf,
    "erf_inverse": .erfInverse, "bessel_i0": .besselI0,
    "floor": .floor, "ceil": .ceil, "round": .round, "truncate": .truncate, "logical_not": .logicalNot,
    "is_nan": .isNaN, "is_finite": .isFinite, "is_infinite": .isInfinite,
  ]

  static let binaries: [String: Binary] = [
    "add": .add, "subtract": .subtract, "multiply": .multiply, "divide": .divide, "maximum": .maximum,
    "minimum": .minimum, "power": .power, "floor_divide": .floorDivide, "modulo": .modulo,
    "arctan2": .arctan2, "squared_difference": .squaredDifference, "equal": .equal,
    "not_equal": .notEqual, "less": .less, "less_equal": .lessEqual, "greater": .greater,
    "greater_equal": .greaterEqual, "logical_and": .logicalAnd, "logical_or": .logicalOr,
    "logical_xor": .logicalXor, "bitwise_and": .bitwiseAnd, "gcd": .greatestCommonDivisor,
    "next_after": .nextAfter,
  ]

  static let rearrangements: [String: @Sendable (OperationCase) throws -> Operation] = {
    let before = [0, 1, 3, 0]
    let after = [0, 2, 0, 1]
    let fixed: [String: Operation] = [
      "padding_constant": .padding(before: before, after: after, mode: .constant(1.5)),
      "padding_reflect": .padding(before: before, after: after, mode: .reflect),
      "padding_symmetric": .padding(before: before, after: after, mode: .symmetric),
      "padding_edge": .padding(before: before, after: after, mode: .edge),
      "slice_steps": .slice([
        .whole, .range(begin: 1, end: 5, step: 2), .range(begin: nil, end: nil, step: -1),
        .range(begin: -3, end: nil, step: 1),
      ]),
      "slice_index": .slice([.whole, .index(2), .newAxis, .whole, .index(-1)]),
      "slice_negative": .slice([
        .whole, .range(begin: 4, end: 0, step: -2), .range(begin: 1, end: -1, step: 1),
      ]),
      "slice_channels": .slice([.whole, .whole, .whole, .range(begin: 2, end: 6, step: 1)]),
      "transpose_nchw": .transpose([0, 3, 1, 2]), "transpose_all": .transpose([3, 1, 0, 2]),
      "transpose_swap": .transpose([0, 2, 1, 3]), "transpose_matrix": .transpose([0, 2, 1]),
      "broadcast_to": .broadcast([3, 2, 5, Operation.keep, 4]),
      "repeat": .repeatElements(count: 3, axis: 2), "repeat_last": .repeatElements(count: 2, axis: -1),
      "tile": .tile([1, 2, 1, 3]), "flip": .flip(axes: [1, -1]),
      "take": .take(indices: [4, 0, 0, -1], axis: 1),
      "concatenate_last": .concatenation(axis: -1), "concatenate_middle": .concatenation(axis: 1),
      "reshape": .reshape([Operation.keep, 15, -1]), "one_hot": .oneHot(count: 6),
    ]
    var table: [String: @Sendable (OperationCase) throws -> Operation] = [:]
    for (name, operation) in fixed { table[name] = { _ in operation } }
    table["embedding"] = { .embedding(table: try $0.tensor("table")) }
    return table
  }()

  @Test("every case has an operation")
  func cases() {
    let names = Set(OperationCase.all.map(\.name)).subtracting(["concatenate_first"])
    #expect(names == Set(OperationTests.operations.keys))
  }

  @Test(
    "the operation computes what Keras or numpy does",
    arguments: OperationCase.all.filter { $0.name != "concatenate_first" })
  func operation(_ item: OperationCase) throws {
    let make = try #require(OperationTests.operations[item.name])
    let operation = try make(item)
    let inputs = try item.inputs()
    let expected = try item.tensor("out")
    // The batch unknown, as in a model.
    let shapes = inputs.map { input -> Shape in
      input.shape.isEmpty ? [] : [nil] + Shape(input.shape.dropFirst().map { $0 })
    }
    let graph = try graph(of: operation, inputShapes: shapes)
    for kernels in KernelSet.all {
      try check(graph, inputs, expected, kernels)
    }
  }

  private func check(_ graph: Graph, _ inputs: [Tensor], _ expected: Tensor, _ kernels: KernelSet) throws {
    var first: [UInt32]?
    for threads in [1, 2, 3] {
      let plan = try Plan(
        graph, inputShapes: inputs.map(\.shape), workers: Workers(count: threads),
        options: PlanOptions(kernels: kernels))
      let outputs = plan.outputs(for: inputs)
      #expect(difference(outputs[0], expected, within: .scaled(2e-6)) == nil, "\(kernels.name)")
      let values = outputs[0].values.map(\.bitPattern)
      first = first ?? values
      #expect(values == first, "the number of threads makes no difference")
      // A second run finds the arena used.
      #expect(difference(plan.outputs(for: inputs)[0], outputs[0], within: .exact) == nil)
    }
  }

  @Test("one input concatenated with itself")
  func sameInputTwice() throws {
    let item = OperationCase(name: "concatenate_first")
    let input = try item.inputs()[0]
    var graph = Graph()
    let value = graph.addInput(name: "in", shape: Shape(input.shape))
    graph.addOutput(try graph.add(.concatenation(axis: 0), [value, value], name: "layer"), name: "out")
    let plan = try Plan(graph, inputShapes: [input.shape], workers: Workers(count: 1))
    let truth = try item.tensor("out")
    #expect(difference(plan.outputs(for: [input])[0], truth, within: .exact) == nil)
  }
}
