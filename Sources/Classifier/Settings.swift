import Glibc
import Imaging
import Inference

/// What the environment says: where things are, and what the machine has.
public struct Settings: Sendable {
  /// `THIMBLE_CONFIG`: a path or an s3 URI.
  public var configuration: FileReference?
  /// `THIMBLE_SIDELOAD`: a path or an s3 URI of a zip.
  public var sideload: FileReference?
  /// `LAMBDA_TASK_ROOT`: the function's package.
  public var taskRoot: String?
  /// Where layers are: `/opt`, or in the emulator `THIMBLE_LAYER_ROOT`.
  public var layerRoot: String
  /// `THIMBLE_CACHE`: a folder for models and sideloads.
  public var cache: String
  /// Threads that compute: `THIMBLE_THREADS`, by default as many as the memory size buys.
  public var threads: Int
  /// `THIMBLE_MARKER_KEY`: a secret that signs the markers of finished work; nil when it is not set.
  public var markerKey: String?
  /// `THIMBLE_BUCKETS`: the buckets whose connections are opened before the first event.
  public var buckets: [String]
  /// Bytes: `AWS_LAMBDA_FUNCTION_MEMORY_SIZE`, else what the machine has.
  public var memory: Int

  public init(environment: [String: String]) throws(ConfigurationError) {
    func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    func file(_ name: String) throws(ConfigurationError) -> FileReference? {
      guard let text = value(name) else { return nil }
      guard let reference = FileReference(text) else {
        throw ConfigurationError(file: name, reason: "\"\(text)\" is not an s3 URI: write s3://bucket/key")
      }
      return reference
    }
    configuration = try file("THIMBLE_CONFIG")
    sideload = try file("THIMBLE_SIDELOAD")
    taskRoot = value("LAMBDA_TASK_ROOT")
    layerRoot = value("THIMBLE_LAYER_ROOT") ?? "/opt"
    cache = value("THIMBLE_CACHE") ?? "/tmp/thimble"
    markerKey = value("THIMBLE_MARKER_KEY")
    // The secret itself is in no message.
    if let count = markerKey?.utf8.count, count < Self.leastMarkerKey {
      throw ConfigurationError(
        file: "THIMBLE_MARKER_KEY",
        reason: "\(count) bytes are too easy to guess: at least \(Self.leastMarkerKey) are needed")
    }
    // It is read where the kernels are chosen.
    if let reason = CPU.refusal(ofKernels: value("THIMBLE_KERNELS")) {
      throw ConfigurationError(file: "THIMBLE_KERNELS", reason: reason)
    }
    buckets = try Self.buckets(value("THIMBLE_BUCKETS") ?? "")
    let megabytes = value("AWS_LAMBDA_FUNCTION_MEMORY_SIZE").flatMap { Int($0) }
    memory =
      megabytes.map { min(max($0, 1), 1 << 40) << 20 } ?? sysconf(Int32(_SC_PHYS_PAGES))
      * sysconf(Int32(_SC_PAGESIZE))
    if let text = value("THIMBLE_THREADS") {
      guard let count = Int(text), (1...1024).contains(count) else {
        throw ConfigurationError(file: "THIMBLE_THREADS", reason: "\"\(text)\" is not a number of threads")
      }
      threads = min(count, CPU.count)
    } else {
      threads = Self.threads(megabytes: megabytes, processors: CPU.count)
    }
  }

  /// Bytes.
  private static let leastMarkerKey = 16

  /// The names in a list with commas.
  private static func buckets(_ text: String) throws(ConfigurationError) -> [String] {
    var names: [String] = []
    for part in text.split(separator: ",") {
      let name = String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
      if name.isEmpty || names.contains(name) { continue }
      let isName = name.utf8.allSatisfy {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20)
          || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || "-._".utf8.contains($0)
      }
      guard isName else {
        throw ConfigurationError(
          file: "THIMBLE_BUCKETS",
          reason: "\"\(name)\" is not a bucket's name: write names with commas between")
      }
      names.append(name)
    }
    return names
  }

  /// Lambda gives one processor for each 1,769 MB, six at most; a thread is useless on a share of one.
  /// https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
  static func threads(megabytes: Int?, processors: Int) -> Int {
    guard let megabytes else { return processors }
    return max(1, min((megabytes + 884) / 1769, 6, processors))
  }

  /// What an image may cost: half of the memory; the rest is for models, and for files that are on their way.
  var imageLimits: ImageLimits { ImageLimits(maximumMemory: memory / 2) }

  /// What image files that are on their way at once may take, bytes.
  var bodyMemory: Int { max(memory / 8, 4 << 20) }

  /// Whether the memory size buys less than one processor.
  var hasPartOfProcessor: Bool { memory < 1769 << 20 }

  /// The largest image file that is read, bytes.
  var imageFileLimit: Int { min(max(memory / 8, 16 << 20), 256 << 20) }
}
