import CPrefetch

extension Workers {
  /// Has the other threads map pages of a mapped file while the caller goes on, until its next loop: whoever reads them
  /// then finds them in place.
  /// - Parameters:
  ///   - parts: of the file, those that are read first first.
  ///   - owner: keeps them mapped.
  public func prefault(_ parts: [UnsafeRawBufferPointer], of owner: AnyObject) {
    // A tenth of a millisecond's work each, so that a thread looks whether it is called.
    let size = 1 << 20
    let stretches = parts.flatMap { part in
      stride(from: 0, to: part.count, by: size).map {
        UnsafeRawBufferPointer(rebasing: part[$0..<min($0 + size, part.count)])
      }
    }
    sideline(stretches.count) { index in
      withExtendedLifetime(owner) { touch(stretches[index]) }
    }
  }
}

/// Reads a byte of each stretch that the system maps at once. `madvise` would map them too (`MADV_POPULATE_READ`), but
/// hold up everything that takes memory meanwhile.
private func touch(_ stretch: UnsafeRawBufferPointer) {
  guard let base = stretch.baseAddress else { return }
  for offset in stride(from: 0, to: stretch.count, by: mappedAtOnce) { thimble_touch(base + offset) }
}

/// Bytes that Linux maps around one that is read, where they are in its page cache (`fault_around_bytes`).
private let mappedAtOnce = 1 << 16
