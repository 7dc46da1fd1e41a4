/// Why the emulator cannot be started.
public enum EmulatorError: Error, Equatable, CustomStringConvertible {
  /// The port is taken or the address cannot be bound.
  case cannotListen(port: UInt16, reason: String)
  /// The function's or layer's files cannot be used.
  case badPackage(path: String, reason: String)
  /// A bucket's name or folder cannot be used.
  case badBucket(name: String, reason: String)
  /// The access log cannot be written.
  case cannotOpenLog(path: String, reason: String)
  /// A folder that the emulator itself needs cannot be made.
  case cannotMakeDirectory(path: String, reason: String)

  public var description: String {
    switch self {
    case .cannotListen(let port, let reason):
      "cannot listen on 127.0.0.1:\(port): \(reason). Choose another --port, or 0 for a free one."
    case .badPackage(let path, let reason): "\(path): \(reason)"
    case .badBucket(let name, let reason): "bucket \(name): \(reason)"
    case .cannotOpenLog(let path, let reason): "cannot open the access log \(path): \(reason)"
    case .cannotMakeDirectory(let path, let reason): "cannot make the folder \(path): \(reason)"
    }
  }
}
