import Foundation

/// What an ``Emulator`` is asked to be: one function, some buckets, one address.
public struct EmulatorOptions: Sendable {
  /// The port on 127.0.0.1; 0 takes a free one.
  public var port: UInt16 = 0
  /// The function's code: a folder, used where it is, or a zip. Without one only S3 is emulated.
  public var function: String?
  /// A layer's zip or folder: what Lambda would show as `/opt`.
  public var layer: String?
  public var functionName = "thimble"
  /// Variables of the function's own, as set in its configuration on AWS.
  public var environment: [String: String] = [:]
  /// Memory of the function in MB, 128...10240: passed to it, and reported in `REPORT` lines.
  public var memory = 1769
  /// Whether the function is held to what its memory size buys: so much memory, and memory / 1769 MB of a
  /// processor (one at least while it starts), by control groups. Where they may not be used, ``log`` says so
  /// why and the function runs without limits.
  public var limitsResources = false
  /// Seconds that one invocation may take before its process is killed.
  public var timeout = 60.0
  /// Seconds that start to first poll may take; 10 on Lambda.
  public var initTimeout = 10.0
  /// Seconds to wait before each further attempt at a failed asynchronous invocation. Lambda makes two
  /// further attempts, after one and two minutes.
  public var retryDelays: [Double] = [1, 2]
  /// Buckets and the folders that hold them. Folders that are missing are made.
  public var buckets: [BucketFolder] = []
  /// Names of the buckets whose puts and copies invoke the function; nil: all of them.
  public var notifyingBuckets: Set<String>?
  public var region = "us-east-1"
  /// The developer's credentials. The function is given others, with a session token, as on Lambda.
  public var credentials = AccessKey(id: "test", secret: "test")
  /// How many S3 requests are made to fail, for tests of retries.
  public var faults = FaultPlan()
  /// Milliseconds from an S3 request's last byte to its answer's first; nil: as fast as it goes. Other
  /// interfaces have none.
  public var s3Latency: Double?
  /// What a connection to S3 carries in a direction, in MB (10^6 bytes) a second; nil: as much as it can.
  public var s3Rate: Double?
  /// A file that gets a line of JSON for each S3 request; nil: none.
  public var accessLog: String?
  /// Where zips are unpacked and the function's `/tmp` is kept; nil: a temporary folder, removed by `stop`.
  public var workDirectory: String?
  /// Receives what the function prints and what the emulator has to say, a line a call.
  public var log: @Sendable (String) -> Void = { line in
    FileHandle.standardError.write(Data((line + "\n").utf8))
  }

  public init() {}
}

/// A bucket and the folder that holds its objects as files.
public struct BucketFolder: Sendable, Equatable {
  public var name: String
  public var directory: String
  /// Whether its objects have access control lists; S3's default is that they have none.
  public var ownership: ObjectOwnership

  public init(name: String, directory: String, ownership: ObjectOwnership = .bucketOwnerEnforced) {
    self.name = name
    self.directory = directory
    self.ownership = ownership
  }
}

/// An access key that requests may be signed with.
public struct AccessKey: Sendable, Equatable {
  public var id: String
  public var secret: String
  /// Temporary credentials only: must come with each request.
  public var sessionToken: String?

  public init(id: String, secret: String, sessionToken: String? = nil) {
    self.id = id
    self.secret = secret
    self.sessionToken = sessionToken
  }
}
