/// The links of one group.
enum LinkTable: Sendable {
  /// An old-style group.
  case symbols(SymbolTable)
  /// Links in the group's header.
  case messages([Link])

  init(_ header: ObjectHeader, _ file: Superblock) throws(Problem) {
    if let message = try header.content(.symbolTable, file) {
      self = .symbols(try SymbolTable(message, file.space))
    } else {
      throw Problem("it is a group of a newer kind")
    }
  }

  func link(_ name: String) throws(Problem) -> Link? {
    switch self {
    case .symbols(let table): try table.link(name)
    case .messages(let links): links.first { $0.name == name }
    }
  }

  func all() throws(Problem) -> [Link] {
    switch self {
    case .symbols(let table): try table.links()
    case .messages(let links): links
    }
  }
}
