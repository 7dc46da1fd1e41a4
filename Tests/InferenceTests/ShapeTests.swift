import TestSupport
import Testing

@testable import Inference

/// Shapes that are inferred before the inputs are known, and what is said when they do not fit.
struct ShapeTests {
  @Test(
    "what is inferred from sizes known in part agrees with the whole",
    .enabled(if: Fixtures.exist("Inference"), "\(Fixtures.hint)"),
    arguments: OperationCase.all.filter { $0.name != "concatenate_first" })
  func partialShapes(_ item: OperationCase) throws {
    let make = try #require(OperationTests.operations[item.name])
    let operation = try make(item)
    let shapes = try item.inputs().map(\.shape)
    let expected = try item.tensor("out").shape
    // Every choice of unknown sizes of the first input, all of the others known or unknown.
    for mask in 0..<(1 << shapes[0].count) {
      for othersAreKnown in [true, false] {
        var partial = shapes.map { shape in shape.map { othersAreKnown ? Optional($0) : nil } }
        partial[0] = shapes[0].enumerated().map { mask >> $0 & 1 == 0 ? $1 : nil }
        let result = try operation.resultShape(partial)
        try #require(result.count == expected.count)
        #expect(zip(result, expected).allSatisfy { $0 == nil || $0 == $1 }, "\(partial) gives \(result)")
        if mask == 0 && (othersAreKnown || shapes.count == 1) { #expect(result == expected) }
      }
    }
  }

  private static func ones(_ shape: [Int]) -> Tensor {
    Tensor(shape: shape, Array(repeating: 1, count: shape.reduce(1, *)))
  }

  private static func recurrence(
    _ kernel: [Int], isMasked: Bool = false, hasInitialStates: Bool = false
  ) -> Recurrence {
    var recurrence = Recurrence(
      .lstm, kernel: ones(kernel), bias: nil, activation: .tanh, gateActivation: .sigmoid)
    recurrence.isMasked = isMasked
    recurrence.hasInitialStates = hasInitialStates
    return recurrence
  }

  static let refusals: [(Operation, [Shape], String)] = [
    (
      .convolution(Convolution(kernel: ones([3, 3, 64, 8]), bias: nil)), [[nil, 8, 8, 32]],
      "the kernel expects 64 input channels, the input has 32"
    ),
    (
      .convolution(Convolution(kernel: ones([3, 3, 4, 8]), bias: ones([4]))), [[nil, 8, 8, 4]],
      "the bias needs shape (8,), it has (4,)"
    ),
    (
      .convolution(Convolution(kernel: ones([3, 3, 4, 8]), bias: nil, groups: 3)), [[nil, 8, 8, 12]],
      "8 output channels do not divide into 3 groups"
    ),
    (
      .convolution(Convolution(kernel: ones([3, 3, 4, 8]), bias: nil, strides: Extent(0, 1))),
      [[nil, 8, 8, 4]], "a stride must be at least 1"
    ),
    (
      .convolution(Convolution(kernel: ones([3, 3, 4, 8]), bias: nil)), [[nil, 8, 4]],
      "the input needs 4 axes (batch, height, width, channels), its shape is (None, 8, 4)"
    ),
    (
      .convolution(Convolution(kernel: ones([3, 3, 4, 8]), bias: nil)), [[nil, 2, nil, 4]],
      "a window of 3 does not fit into an axis of 2"
    ),
    (
      .depthwiseConvolution(DepthwiseConvolution(kernel: ones([3, 3, 4, 1]), bias: nil)),
      [[nil, 8, 8, 5]], "the kernel expects 4 input channels, the input has 5"
    ),
    (
      .dense(Dense(kernel: ones([10, 3]), bias: nil)), [[nil, 12]],
      "the kernel expects 10 inputs, the input has 12"
    ),
    (
      .matMul(transposeA: false, transposeB: false), [[nil, 2, 3], [nil, 4, 5]],
      "the shapes (None, 2, 3) and (None, 4, 5) do not multiply: 3 is not 4"
    ),
    (.binary(.add), [[nil, 3], [nil, 4]], "the shapes (None, 3) and (None, 4) do not broadcast"),
    (.binary(.add), [[nil, 3]], "it takes 2 inputs, it is given 1"),
    (
      .concatenation(axis: -1), [[nil, 3, 4], [nil, 5, 4]],
      "the shapes (None, 3, 4) and (None, 5, 4) differ in more than axis 2"
    ),
    (
      .recurrence(recurrence([4, 12])), [[nil, 3, 16]],
      "the kernel of a cell with 4 gates has the shape (4, 12)"
    ),
    (
      .recurrence(recurrence([4, 16])), [[nil, 3, 12]],
      "the input needs the shape (batch, steps, 16), it is (None, 3, 12)"
    ),
    (
      .recurrence(recurrence([4, 16], isMasked: true)), [[nil, 3, 16], [nil, 4]],
      "the mask needs the shape (None, 3), it is (None, 4)"
    ),
    (
      .recurrence(recurrence([4, 16], hasInitialStates: true)), [[nil, 3, 16], [nil, 4], [nil, 5]],
      "a state needs the shape (None, 4), it is (None, 5)"
    ),
    (.determinant, [[nil, 3, 4]], "the matrices of the shape (None, 3, 4) are not square"),
    (.determinant, [[nil]], "the input needs at least 2 axes, its shape is (None,)"),
    (.softmax(axes: [3]), [[nil, 3]], "axis 3 is outside the input's shape (None, 3)"),
    (.softmax(axes: [1, -1]), [[nil, 3]], "axis -1 is named twice"),
    (.reshape([Operation.keep, 7]), [[nil, 2, 3]], "does not have as many values"),
    (.reshape([Operation.keep, -1, 4]), [[nil, 2, 3]], "does not divide"),
    (.reshape([-1, -1]), [[nil, 2, 3]], "only one size may be -1"),
    (.reshape([2, Int.min]), [[nil, 2, 3]], "empty axis"),
    (.transpose([0, 0]), [[nil, 3]], "does not permute"),
    (.slice([.whole, .index(3)]), [[nil, 3]], "index 3 is outside axis 1 of size 3"),
    (.slice([.whole, .range(begin: 2, end: 1, step: 1)]), [[nil, 3]], "is empty"),
    (.slice([.whole, .range(begin: nil, end: nil, step: 0)]), [[nil, 3]], "step of axis 1 is 0"),
    (.padding(before: [0, 3], after: [0, 0], mode: .reflect), [[nil, 3]], "too small to mirror 3"),
    (.tile([1, Int.max]), [[nil, 3]], "at most 2^31"),
    (.repeatElements(count: 1 << 31, axis: 1), [[nil, 1 << 31]], "too large"),
    (.oneHot(count: 1 << 31), [[1 << 20]], "too large"),
    (.einsum("ab,bc"), [[2, 3], [3, 4]], "names no output"),
    (.einsum("aab->b"), [[2, 2, 3]], "takes a diagonal"),
    (.einsum("ab,bc->ac"), [[2, 3], [4, 5]], "axis b is 3 and 4"),
    (.einsum("a...->a"), [[2, 3]], "letters only"),
    (
      .affine(scale: ones([3]), offset: ones([4]), axis: -1), [[nil, 3]], "the offset has 4 values"
    ),
    (.parametricReLU(alpha: ones([5])), [[nil, 3]], "alpha of shape (5,) does not fit"),
    (.take(indices: [0, 3], axis: 1), [[nil, 3]], "index 3 is outside axis 1 of size 3"),
    (
      .normalization(Normalization(.group(count: 5), axes: [], epsilon: 1, gamma: nil, beta: nil)),
      [[nil, 8]], "8 channels do not divide into 5 groups"
    ),
    (.unary(.relu()), [[nil, 0]], "empty axis"),
    (.binary(.add), [[1 << 31, 1], [1, 1 << 31]], "too large"),
  ]

  @Test("what does not fit is refused and explained", arguments: refusals.indices)
  func refusal(_ index: Int) throws {
    let (operation, shapes, expected) = ShapeTests.refusals[index]
    var graph = Graph()
    let inputs = shapes.map { graph.addInput(name: "in", shape: $0) }
    do throws(GraphError) {
      _ = try graph.add(operation, inputs, name: "culprit")
      Issue.record("\(operation.name) was accepted, not: \(expected)")
    } catch {
      #expect(error.description.contains(expected), "\(error)")
      #expect(error.description.contains("\"culprit\""))
    }
  }
}
