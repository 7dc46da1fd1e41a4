import JSON
import Glibc
import LambdaRuntime
import S3

/// The function: tags the images that events tell of.
///
/// An invocation fails when one of its objects does, after all have been looked at. Lambda then delivers an
/// asynchronous event again, twice, and passes it to the on-failure destination; objects that are done end at
/// their HEAD then. That holds for lasting causes too (a damaged image), or nobody would hear of them. An
/// object that is `gone` or `superseded` is no failure. SQS and S3 Batch Operations are told message by
/// message and task by task.
public final class Application: InvocationHandler {
  private let tagger: ImageTagger
  let s3: S3Client
  private let logger: Logger

  /// Reads the configuration and makes all ready for the first event.
  /// - Parameter environment: the process' variables, see ``Settings``.
  public init(environment: [String: String], logger: Logger) throws(InvocationFailure) {
    self.logger = logger
    do throws(ClassifierError) {
      let settings = try Self.settings(environment)
      let objects = ObjectStore(environment: environment)
      do throws(S3Error) { s3 = try objects.client.get() } catch { throw ClassifierError(error) }
      let sideload = try Sideload(settings: settings, s3: objects).unpack()
      let roots = [sideload, settings.taskRoot, settings.layerRoot].compactMap { $0 }
      let locator = FileLocator(roots: roots)
      let configuration = try ConfigurationFile(settings: settings, locator: locator, s3: objects).read()
      let store = ModelStore(
        settings: settings, locator: locator, s3: objects,
        cache: ModelCache(folder: settings.cache + "/models", s3: objects))
      tagger = try ImageTagger(
        configuration: configuration, store: store, s3: s3, fileLimit: settings.imageFileLimit)
      for model in configuration.preloaded { preload(model, store) }
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

  /// A model that fails is no reason not to start: others may work, and its error belongs to an event.
  private func preload(_ model: ModelConfiguration, _ store: ModelStore) {
    do throws(ClassifierError) {
      _ = try store.classifier(for: model)
    } catch {
      logger.error("cannot preload a model", ["model": .string(model.name), "reason": .string("\(error)")])
    }
  }

  /// Handles one event of any kind.
  /// - Returns: JSON that lists each object with its status, labels and milliseconds a stage; for SQS and S3
  ///   Batch Operations what they want to hear.
  public func handle(_ invocation: Invocation) throws(InvocationFailure) -> [UInt8] {
    s3.traceID = invocation.traceID
    s3.deadline = invocation.deadline == .max ? nil : Double(invocation.deadline) / 1e3 - 0.2
    let event: Event
    do throws(EventError) {
      event = try Event(invocation.body)
    } catch {
      throw InvocationFailure(type: "Function.BadEvent", message: "\(error)")
    }
    var round = Round(
      invocation: invocation, tagger: tagger, logger: logger.forInvocation(invocation.requestID))
    let answer: JSONValue
    switch event {
    case .objects(let objects): answer = try round.answer(objects)
    case .messages(let messages): answer = try round.answer(messages)
    case .tasks(let operation): answer = round.answer(operation)
    }
    return Array(answer.text.utf8)
  }
}
