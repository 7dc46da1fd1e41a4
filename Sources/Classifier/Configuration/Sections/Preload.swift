import JSON

/// Whether a model is made ready before the first event.
public enum Preload: Sendable, Equatable {
  /// Where it is sure to be needed, see ``Configuration/preloaded``.
  case auto
  case always
  case never
}

extension ConfigurationType<Preload> {
  static let preload = Self(
    read: { value, place throws(ConfigurationError) in
      switch value {
      case .string("auto"): return .auto
      case .bool(let flag): return flag ? .always : .never
      case .string(let text):
        throw place.error(
          ["true", "false"].contains(text)
            ? "write \(text) without quotation marks"
            : "there is no \"\(text)\"; \(nearest(text, of: ["auto"])), true and false")
      default: throw value.isNot("\"auto\", true or false", place)
      }
    },
    write: { preload in
      switch preload {
      case .auto: "auto"
      case .always: .bool(true)
      case .never: .bool(false)
      }
    })
}

extension Configuration {
  /// The models that are made ready before the first event: those that say so, and of those that leave it open the
  /// configuration's only model and those that look at every object.
  public var preloaded: [ModelConfiguration] {
    models.filter { model in
      switch model.preload {
      case .always: true
      case .never: false
      case .auto: models.count == 1 || model.when == Route()
      }
    }
  }
}
