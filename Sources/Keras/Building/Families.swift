extension Dictionary {
  /// The members of several tables, of which no two may have the same key: one of them would be dropped.
  init(families: [[Key: Value]]) {
    let repeated = Self.repeated(in: families)
    precondition(repeated.isEmpty, "two families name the same: \(repeated)")
    self = families.reduce(into: [:]) { table, family in table.merge(family) { first, _ in first } }
  }

  /// The keys that more than one of several tables has.
  static func repeated(in families: [[Key: Value]]) -> [Key] {
    var seen: Set<Key> = []
    return families.flatMap(\.keys).filter { !seen.insert($0).inserted }
  }
}
