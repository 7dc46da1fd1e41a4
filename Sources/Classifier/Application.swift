import LambdaRuntime

/// The function: tags the images that events tell of.
public final class Application {
  /// Reads the configuration and makes all ready for the first event.
  /// - Parameter environment: the process' variables.
  public init(environment: [String: String]) {}
}
