/// Whether checksums within files count.
package enum Checksums {
  /// Only a fuzzer ignores them: a mutated file would be refused for its checksums, and nothing behind them be tried.
  package static var areIgnored: Bool {
    #if FUZZING
      true
    #else
      false
    #endif
  }
}
