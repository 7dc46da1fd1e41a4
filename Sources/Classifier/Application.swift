import JSON
import LambdaRuntime
import S3
import System

/// The function: tags the images that events report.
///
/// An invocation fails when one of its objects does, after all have been looked at. Lambda then delivers an
/// asynchronous event again, twice, and passes it to the on-failure destination. That holds for lasting causes too
/// (a damaged image), or they would not be noticed, unless the configuration has them marked on the object. An
/// object that is `gone` or `superseded` is not a failure. SQS and S3 Batch Operations get a result for
/// each message or task.
public final class Application: InvocationHandler {
  private let tagger: ImageTagger
  private let store: ModelStore
  let s3: S3Client
  private let logger: Logger

  /// Seconds of Lambda's ten for the start that may be spent on what an event could also wait for.
  private static let initTime = 8.0

  /// Reads the configuration and makes all ready for the first event: connections to S3, models.
  /// - Parameter environment: the process' variables, see ``Settings``.
  public convenience init(environment: [String: String], logger: Logger) throws(InvocationFailure) {
    try self.init(environment: environment, logger: logger, initTime: Self.initTime)
  }

  /// - Parameter initTime: seconds.
  init(environment: [String: String], logger: Logger, initTime: Double) throws(InvocationFailure) {
    self.logger = logger
    let end = Clock.realtime + initTime
    do throws(ClassifierError) {
      let settings = try Self.settings(environment)
      let objects = ObjectStore(environment: environment)
      do throws(S3Error) { s3 = try objects.client.get() } catch { throw ClassifierError(error) }
      let connections = s3.connect(to: settings.buckets)
      let sideload = try Sideload(settings: settings, s3: objects).unpack()
      let roots = [sideload, settings.taskRoot, settings.layerRoot].compactMap { $0 }
      let locator = FileLocator(roots: roots)
      let configuration = try ConfigurationFile(settings: settings, locator: locator, s3: objects).read()
      store = ModelStore(
        settings: settings, locator: locator, s3: objects,
        cache: ModelCache(folder: settings.cache + "/models", s3: objects))
      tagger = try ImageTagger(
        configuration: configuration, store: store, s3: s3, fileLimit: settings.imageFileLimit,
        bodies: settings.bodyMemory, markerKey: settings.markerKey.map(MarkerKey.init))
      s3.deadline = end
      for model in configuration.preloaded where Clock.realtime < end { preload(model) }
      // Lambda gives the start a whole processor, and a small function a part of one afterwards.
      if settings.hasPartOfProcessor {
        while Clock.realtime < end, store.packWeights() {}
      }
      connections.wait(atMost: max(0, min(1, end - Clock.realtime)))
    } catch {
      throw InvocationFailure(type: "Function.BadSetup", message: "\(error)")
    }
  }

  private static func settings(_ environment: [String: String]) throws(ClassifierError) -> Settings {
    do throws(ConfigurationError) {
      return try Settings(environment: environment)
    } catch {
      throw ClassifierError(error)
    }
  }

  /// The function starts also when a model fails: others may work, and the error is reported with an event.
  private func preload(_ model: ModelConfiguration) {
    do throws(ClassifierError) {
      _ = try store.classifier(for: model)
    } catch {
      logger.error("cannot preload a model", ["model": .string(model.name), "reason": .string("\(error)")])
    }
  }

  /// Handles one event of any kind.
  /// - Returns: JSON that lists each object with its status, labels and milliseconds a stage; for SQS and S3
  ///   Batch Operations the result that they expect.
  public func handle(_ invocation: Invocation) throws(InvocationFailure) -> [UInt8] {
    s3.traceID = invocation.traceID
    s3.deadline = invocation.deadline == .max ? nil : Double(invocation.deadline) / 1e3 - 0.2
    let event: Event
    do throws(EventError) {
      event = try Event(invocation.body)
    } catch {
      throw InvocationFailure(type: "Function.BadEvent", message: "\(error)")
    }
    let answer = EventAnswer(
      invocation: invocation, tagger: tagger, logger: logger.forInvocation(invocation.requestID),
      idle: store.packWeights)
    return Array(try answer.answer(event).text.utf8)
  }

  /// Credentials last for hours, and only a new process is given others.
  public var mustEnd: String? {
    tagger.needsNewCredentials
      ? "S3 no longer accepts the credentials: they have expired, and Lambda gives new ones to a new process"
      : nil
  }
}
