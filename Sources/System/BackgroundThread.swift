import Glibc

/// A thread that runs one function and ends.
public enum BackgroundThread {
  /// Starts a thread.
  /// - Returns: false where the system grants none.
  public static func start(_ body: @escaping () -> Void) -> Bool {
    let entry = Unmanaged.passRetained(Entry(body: body))
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    var thread = pthread_t()
    let status = pthread_create(
      &thread, &attributes,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Entry>.fromOpaque(argument).takeRetainedValue().body()
        return nil
      }, entry.toOpaque())
    if status != 0 { entry.release() }
    return status == 0
  }

  private final class Entry {
    let body: () -> Void
    init(body: @escaping () -> Void) { self.body = body }
  }
}
