import XML

@testable import S3

/// The documents that S3 answers with.
struct S3XMLTarget: FuzzTarget {
  func run(_ input: UnsafeRawBufferPointer) {
    guard let document = XMLElement(parsing: Array(input)) else { return }
    guard let list = AccessControlList(document) else { return }
    for header in list.grantHeaders { expect(!header.value.isEmpty, "a header is empty") }
  }
}
