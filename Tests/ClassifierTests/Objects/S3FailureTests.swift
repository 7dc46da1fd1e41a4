import S3
import Testing

@testable import Classifier

struct S3FailureTests {
  /// What passes by itself, or with a new process, is for the queue to bring again.
  @Test(arguments: [
    ("ChecksumMismatch", true), ("Incomplete", true), ("ExpiredToken", true), ("InvalidToken", true),
    ("TokenRefreshRequired", true), ("RequestTimeout", true), ("NoSuchBucket", false),
    ("AccessDenied", false), ("NoSuchKey", false),
  ])
  func transience(code: String, isTransient: Bool) {
    let error = S3Error(operation: "GetObject", code: code, message: "")
    #expect(ClassifierError(error).isTransient == isTransient)
  }
}
