import Glibc

/// Why a system call failed.
public struct SystemError: Error, Equatable, CustomStringConvertible {
  /// `ENOENT`, `EACCES`, ...
  public let code: Int32

  /// - Parameter code: by default that of the call that failed last in this thread.
  public init(_ code: Int32 = errno) { self.code = code }

  /// The system's own words, `No such file or directory`.
  public var description: String { String(cString: strerror(code)) }
}
