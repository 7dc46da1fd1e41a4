import System

/// A function in terms that all versions of Python share.
struct PythonProgram: Equatable {
  let name: String
  let parameters: [String]
  /// How many of the parameters, the last ones, are given by name only.
  let keywordOnlyCount: Int
  /// Whether it has parameters that take any number of arguments.
  let takesAny: Bool
  let isGenerator: Bool
  /// Variables of the function around it.
  let free: [String]
  let instructions: [Instruction]

  /// Whether it has instructions without a meaning here.
  fileprivate var hasOthers: Bool {
    instructions.contains { if case .other = $0 { true } else { false } }
  }
}

extension PythonProgram {
  /// Reads what Keras keeps of a function: Base64 of `marshal`, or in its first files the bytes as characters.
  /// - Throws: where it is damaged, or where versions of Python understand it differently.
  init(keras text: String) throws(LambdaFault) {
    let bytes = Self.bytes(text)
    var found: [PythonProgram] = []
    var fault: LambdaFault?
    for layout in PythonCode.Layout.allCases {
      let code: PythonCode
      do throws(LambdaFault) { code = try MarshalReader.code(bytes, layout: layout) } catch {
        fault = fault ?? error
        continue
      }
      for version in PythonVersion.allCases where version.layout == layout {
        var decoder = InstructionDecoder(version)
        guard let program = decoder.program(code) else { continue }
        if !found.contains(program) { found.append(program) }
      }
    }
    // What is an instruction for errors in one version may be another in the next.
    let plain = found.filter { !$0.hasOthers }
    let programs = plain.isEmpty ? found : plain
    guard let program = programs.first else {
      throw fault ?? LambdaFault("its code is damaged, or of a Python that is not known")
    }
    if programs.count > 1 { throw LambdaFault("its code means different things in different versions of Python") }
    self = program
  }

  private static func bytes(_ text: String) -> [UInt8] {
    // Python breaks Base64 into lines.
    if let bytes = Base64.decode(text.utf8.filter { $0 > 0x20 }), bytes.first.map({ $0 & 0x7F }) == UInt8(ascii: "c") {
      return bytes
    }
    // Python's raw_unicode_escape: characters beyond 255 stand for six or ten of their escape.
    return text.unicodeScalars.flatMap { scalar -> [UInt8] in
      if scalar.value < 256 { return [UInt8(scalar.value)] }
      let digits = String(scalar.value, radix: 16)
      let (mark, count) = scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
      return Array(("\\" + mark + String(repeating: "0", count: count - digits.count) + digits).utf8)
    }
  }
}
