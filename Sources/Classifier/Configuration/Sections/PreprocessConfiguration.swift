import Imaging
import JSON

/// ``Preprocess/affine(scale:offset:)`` as `thimble.json` has it.
private struct Affine: ConfigurationSection {
  var scale: [Float] = [1]
  var offset: [Float] = [0]

  static let keys = [
    ConfigurationKey<Affine>(
      "scale", \.scale, .numbers, .results,
      text: "a factor for the values: a number for all channels, or a list with one for each channel",
      fallback: "1"),
    ConfigurationKey<Affine>(
      "offset", \.offset, .numbers, .results, text: "added afterwards, in the same form", fallback: "0"),
  ]
}

extension ConfigurationType<Preprocess> {
  /// A preset's name, or an object of scale and offset.
  static let preprocess = Self(
    read: { value, place throws(ConfigurationError) in
      switch value {
      case .string(let name):
        guard let preset = Preprocess(name: name) else {
          throw place.error(
            "there is no \"\(name)\"; " + nearest(name, of: Preprocess.names)
              + ", or an object with scale and offset")
        }
        return preset
      case .object:
        let parts = try Affine(value, place)
        return .affine(scale: parts.scale, offset: parts.offset)
      default: throw value.isNot("a name, or an object with scale and offset,", place)
      }
    },
    write: { preprocess in
      if case .affine(let scale, let offset) = preprocess {
        return Affine(scale: scale, offset: offset).canonical
      }
      return preprocess.name.map(JSONValue.string) ?? .null
    }, parts: Affine.rows)
}

extension Preprocess {
  /// As `thimble.json` has it; nil: it has none.
  var name: String? { Self.names.first { Preprocess(name: $0) == self } }
}
