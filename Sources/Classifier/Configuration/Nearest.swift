/// Says which of the known words is meant, and which there are.
func nearest(_ word: String, of known: [String]) -> String {
  let best = known.min { distance(word, $0) < distance(word, $1) }
  let list = known.joined(separator: ", ")
  guard let best, known.count > 1 else { return "known is: \(list)" }
  return "did you mean \"\(best)\"? Known are: \(list)"
}

/// How many letters have to be put in, left out, changed or swapped with their neighbour (Damerau and
/// Levenshtein), capitals aside; a shortened word is near.
private func distance(_ word: String, _ known: String) -> Int {
  let (a, b) = (Array(word.lowercased().utf8.prefix(64)), Array(known.lowercased().utf8))
  if a.count > 1, b.starts(with: a) { return 1 }
  var rows = [Array(0...b.count)]
  for i in 0..<a.count {
    var row = [i + 1]
    for j in 0..<b.count {
      var best = min(row[j] + 1, rows[i][j + 1] + 1, rows[i][j] + (a[i] == b[j] ? 0 : 1))
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, rows[i - 1][j - 1] + 1) }
      row.append(best)
    }
    rows.append(row)
  }
  return rows[a.count][b.count]
}
