import Foundation

/// Everything about the function that does not change while the emulator runs.
struct FunctionSettings: Sendable {
  var name: String
  /// The folder that stands for `/var/task`, absolute.
  var taskRoot: String
  /// The folder that stands for `/opt`, absolute; nil without a layer.
  var layerRoot: String?
  /// The folder that stands for `/tmp`, absolute. Kept when the process is started again, as on Lambda.
  var temporaryDirectory: String
  /// Variables of the function's own.
  var environment: [String: String]
  var memory: Int
  var timeout: Double
  var initTimeout: Double
  var retryDelays: [Double]
  var region: String
  /// The execution role's temporary credentials.
  var credentials: AccessKey

  static let accountID = "123456789012"

  var arn: String { "arn:aws:lambda:\(region):\(Self.accountID):function:\(name)" }

  /// Where Lambda looks for `bootstrap`: the function's package, then the layers.
  var bootstrapCandidates: [String] {
    [taskRoot + "/bootstrap"] + (layerRoot.map { [$0 + "/bootstrap"] } ?? [])
  }

  /// The variables that Lambda documents for a custom runtime, and what stands for the paths that cannot be
  /// the real ones without root: `THIMBLE_LAYER_ROOT` for `/opt`, `TMPDIR` and `THIMBLE_CACHE` for `/tmp`.
  func processEnvironment(endpoint: String, logStream: String) -> [String: String] {
    let opt = layerRoot ?? "/opt"
    var variables = [
      "AWS_LAMBDA_RUNTIME_API": endpoint,
      "AWS_LAMBDA_FUNCTION_NAME": name,
      "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
      "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": String(memory),
      "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/" + name,
      "AWS_LAMBDA_LOG_STREAM_NAME": logStream,
      "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
      "AWS_EXECUTION_ENV": "AWS_Lambda_provided.al2023",
      "AWS_REGION": region,
      "AWS_DEFAULT_REGION": region,
      "AWS_ACCESS_KEY_ID": credentials.id,
      "AWS_SECRET_ACCESS_KEY": credentials.secret,
      "AWS_SESSION_TOKEN": credentials.sessionToken ?? "",
      "AWS_ENDPOINT_URL_S3": "http://" + endpoint,
      "LAMBDA_TASK_ROOT": taskRoot,
      "LAMBDA_RUNTIME_DIR": "/var/runtime",
      "_HANDLER": "bootstrap",
      "LANG": "en_US.UTF-8",
      "PATH": "/usr/local/bin:/usr/bin/:/bin:\(opt)/bin",
      "LD_LIBRARY_PATH":
        "/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:\(taskRoot):\(taskRoot)/lib:\(opt)/lib",
      "TZ": ":UTC",
      "TMPDIR": temporaryDirectory,
      "THIMBLE_CACHE": temporaryDirectory + "/thimble",
    ]
    if let layerRoot { variables["THIMBLE_LAYER_ROOT"] = layerRoot }
    return variables.merging(environment) { _, own in own }
  }
}
