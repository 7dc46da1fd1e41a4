/// Bytes that are the same everywhere.
public func pattern(_ length: Int) -> [UInt8] {
  (0..<length).map { UInt8(truncatingIfNeeded: $0 * $0 * 7 + $0 * 31 + ($0 >> 8) * 13) }
}
