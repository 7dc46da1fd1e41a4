import CFuzzer
import Glibc

// usage: Fuzz MODE FOLDER LIBFUZZER-ARGUMENT...
// Gives libFuzzer's inputs to one of the readers. FOLDER holds the model files that configurations are tried with.
// scripts/fuzz builds and starts it: it does not link without libFuzzer.
let words = CommandLine.arguments
guard words.count > 2, let mode = Mode(rawValue: words[1]) else {
  for mode in Mode.allCases { print(mode.rawValue) }
  exit(words.dropFirst() == ["--list"] ? 0 : 64)
}
target = mode.target(folder: words[2])

var arguments = ([words[0]] + words[3...]).map { strdup($0) }
var count = Int32(arguments.count)
let status = arguments.withUnsafeMutableBufferPointer { buffer in
  var start = buffer.baseAddress
  return LLVMFuzzerRunDriver(&count, &start, testOneInput)
}
exit(status)
