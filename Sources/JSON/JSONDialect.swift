/// What a document may hold beyond RFC 8259.
public enum JSONDialect: Sendable {
  /// What Python's `json` writes: `NaN`, `Infinity` and `-Infinity` are numbers, a repeated name is allowed.
  case python
  /// What people write (https://spec.json5.org): comments, names without quotes, single quotes, commas at the
  /// end, hexadecimal numbers. A repeated name is a mistake.
  case json5
}
