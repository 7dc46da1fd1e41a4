import JSON

/// Whether a model is made ready before the first event.
public enum Preload: Sendable, Equatable {
  /// Where it is sure to be needed, see ``Configuration/preloaded``.
  case auto
  case always
  case never

  init(_ section: ConfigurationSection) throws(ConfigurationError) {
    let key = "preload"
    switch section.value(key) {
    case nil, .string("auto"): self = .auto
    case .bool(let flag): self = flag ? .always : .never
    case .string(let text):
      throw section.error(
        key,
        ["true", "false"].contains(text)
          ? "write \(text) without quotation marks"
          : "there is no \"\(text)\"; \(nearest(text, of: ["auto"])), true and false")
    case .some(let value):
      throw section.error(key, "\"auto\", true or false should be here, not \(value.kind)")
    }
  }
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
