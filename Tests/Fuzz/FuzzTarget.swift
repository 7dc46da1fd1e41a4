import CFuzzer
import Glibc

/// What is tried with libFuzzer's inputs.
protocol FuzzTarget {
  /// Reads an input. Must neither trap nor take long nor much memory, whatever the input is.
  func run(_ input: UnsafeRawBufferPointer)

  /// Makes another input of one.
  /// - Returns: nil: libFuzzer should change its bytes.
  func mutated(_ input: UnsafeRawBufferPointer, seed: UInt64) -> [UInt8]?
}

extension FuzzTarget {
  func mutated(_ input: UnsafeRawBufferPointer, seed: UInt64) -> [UInt8]? { nil }
}

/// The one that was asked for: libFuzzer's functions have no place to keep it.
nonisolated(unsafe) var target: any FuzzTarget = JSONTarget(dialect: .python)

/// Ends the process, for libFuzzer to save the input.
func find(_ what: String) -> Never { fatalError("find: \(what)") }

/// Ends the process where something does not hold.
func expect(_ condition: Bool, _ what: @autoclosure () -> String) {
  if !condition { find(what()) }
}

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let start = processorSeconds()
  target.run(UnsafeRawBufferPointer(start: bytes, count: count))
  expect(processorSeconds() - start < 3, "it took more than 3 seconds")
  return 0
}

/// What the process has taken of the processor: others that keep it busy make no find, as they would by the clock.
private func processorSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

@_cdecl("LLVMFuzzerCustomMutator")
public func mutate(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ limit: Int, _ seed: UInt32) -> Int {
  let input = UnsafeRawBufferPointer(start: bytes, count: count)
  guard let result = target.mutated(input, seed: UInt64(seed)) else {
    return LLVMFuzzerMutate(bytes, count, limit)
  }
  guard result.count <= limit else { return count }
  UnsafeMutableRawBufferPointer(start: bytes, count: limit).copyBytes(from: result)
  return result.count
}
