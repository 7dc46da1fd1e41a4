/// What `thimble check --endpoint` found out about an S3 server.
struct EndpointReport {
  /// What of Thimble's work relies on an answer.
  enum Use { case reading, metadata, tags }

  private struct Finding {
    let question: String
    let answer: String
    /// nil: as S3 has it, or it does not matter.
    let remedy: String?
  }

  private var findings: [Finding] = []
  private(set) var unsafe: Set<Use> = []

  mutating func add(_ question: String, _ answer: String) {
    findings.append(Finding(question: question, answer: answer, remedy: nil))
  }

  /// - Parameter remedy: what follows from it.
  mutating func add(_ question: String, _ answer: String, unsafeFor uses: Set<Use>, remedy: String) {
    findings.append(Finding(question: question, answer: answer, remedy: remedy))
    unsafe.formUnion(uses)
  }

  var isSafe: Bool { unsafe.isDisjoint(with: [.reading, .metadata]) }

  var table: String {
    var table = Table(("What", .left), ("Here", .left), ("", .left))
    for finding in findings {
      table.add(finding.question, finding.answer, finding.remedy == nil ? "" : "unsafe")
    }
    return table.text
  }

  /// In plain words: what is unsafe and why, then what to do.
  var advice: String {
    let reasons = findings.compactMap { finding in
      finding.remedy.map { "\(finding.question): \(finding.answer). \($0)" }
    }
    return (reasons + [conclusion]).joined(separator: "\n")
  }

  private var conclusion: String {
    if unsafe.contains(.reading) { return "Do not use Thimble with this server as it is." }
    switch (unsafe.contains(.metadata), unsafe.contains(.tags)) {
    case (false, false): return "All that Thimble relies on works here."
    case (false, true): return "Results in metadata are safe here; those in tags are not."
    case (true, false):
      return #"Results in metadata are not safe here. Write them to tags: "write": {"to": "tags"}."#
    case (true, true):
      return
        #"Neither metadata nor tags are safe here. Let Thimble only answer: "write": {"to": "none"}."#
    }
  }
}
