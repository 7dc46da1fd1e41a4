import Foundation
import TestSupport
import Testing

@testable import Emulator

/// The function's life, driven by a runtime that knows nothing of ours and called by boto3.
@Suite(.enabled(if: Workbench.hasPython, Workbench.hint))
struct FunctionTests {
  @Test func invokeSynchronously() async throws {
    try await Workbench.run(bootstrap: FakeRuntime.source) { bench in
      try await bench.python(
        """
        answer = aws_lambda.invoke(FunctionName="thimble", Payload=json.dumps({"a": [1, "ü"]}), LogType="Tail")
        result = json.load(answer["Payload"])
        same((result["event"], result["count"]), ({"a": [1, "ü"]}, 1))
        same((answer["StatusCode"], answer["ExecutedVersion"], answer.get("FunctionError")), (200, "$LATEST", None))
        log = base64.b64decode(answer["LogResult"]).decode()
        request = answer["ResponseMetadata"]["RequestId"]
        lines = log.splitlines()
        assert lines[0].startswith("INIT_START") and lines[1].startswith("starting"), lines
        same(lines[2:5], [f"START RequestId: {request} Version: $LATEST", "event 1 None", f"END RequestId: {request}"])
        fields = lines[5].split("\\t")
        same(fields[0], f"REPORT RequestId: {request}".split("\\t")[0] + fields[0][len(f"REPORT RequestId: {request}"):])
        for field in ["Duration: ", "Billed Duration: ", "Memory Size: 1769 MB", "Max Memory Used: ", "Init Duration: "]:
          assert field in lines[5], (field, lines[5])
        used = int(lines[5].split("Max Memory Used: ")[1].split()[0])
        assert 3 < used < 200, used

        # The process is kept; a name may be an ARN; nothing is an empty object.
        for name in ["thimble", "thimble:$LATEST", "arn:aws:lambda:us-east-1:123456789012:function:thimble"]:
          answer = aws_lambda.invoke(FunctionName=name)
        result = json.load(answer["Payload"])
        same((result["event"], result["count"]), ({}, 4))

        same(aws_lambda.invoke(FunctionName="thimble", InvocationType="DryRun")["StatusCode"], 204)
        same(code(aws_lambda.invoke, FunctionName="other"), ("ResourceNotFoundException", 404))
        same(code(aws_lambda.invoke, FunctionName="thimble", Payload="{"), ("InvalidRequestContentException", 400))
        same(code(aws_lambda.invoke, FunctionName="thimble", Payload='"' + "x" * (6 << 20) + '"')[1], 413)
        wrong = client("lambda", aws_access_key_id="test", aws_secret_access_key="wrong")
        same(code(wrong.invoke, FunctionName="thimble"), ("InvalidSignatureException", 403))
        unknown = client("lambda", aws_access_key_id="unknown", aws_secret_access_key="test")
        same(code(unknown.invoke, FunctionName="thimble"), ("UnrecognizedClientException", 403))

        # Unsigned, as with AWS's own emulator; but not from another site's page.
        url = endpoint + "/2015-03-31/functions/thimble/invocations"
        same(json.load(urllib.request.urlopen(url, b"{}"))["event"], {})
        for header in [("Origin", "http://evil.example"), ("Host", "evil.example"), ("Sec-Fetch-Site", "cross-site")]:
          try:
            urllib.request.urlopen(urllib.request.Request(url, b"{}", dict([header])))
            raise AssertionError(header)
          except urllib.error.HTTPError as error:
            same(error.code, 403)
        """)
    }
  }

  @Test func awsCommandLine() async throws {
    try await Workbench.run(bootstrap: FakeRuntime.source) { bench in
      let summary = try await bench.aws([
        "lambda", "invoke", "--function-name", "thimble", "--payload", #"{"a": 1}"#, "answer.json",
      ])
      #expect(summary.contains(#""StatusCode": 200"#))
      let answer = try String(contentsOfFile: bench.directory + "/answer.json", encoding: .utf8)
      #expect(answer.contains(#""a": 1"#))
    }
  }

  @Test func environment() async throws {
    try await Workbench.run(bootstrap: FakeRuntime.source) { options, _ in
      options.environment = ["OWN": "value"]
      options.memory = 512
    } _: { bench in
      try await bench.python(
        """
        result = json.load(aws_lambda.invoke(FunctionName="thimble", Payload='{"action": "environment"}')["Payload"])
        variables = result["environment"]
        root = os.path.realpath(directory + "/function")
        host = endpoint.removeprefix("http://")
        expected = {
          "AWS_LAMBDA_RUNTIME_API": host, "AWS_LAMBDA_FUNCTION_NAME": "thimble", "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
          "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512", "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
          "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/thimble", "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1",
          "AWS_ENDPOINT_URL_S3": endpoint, "LAMBDA_TASK_ROOT": root, "LAMBDA_RUNTIME_DIR": "/var/runtime", "TZ": ":UTC",
          "LANG": "en_US.UTF-8", "OWN": "value"}
        for name, value in expected.items():
          same((name, variables[name]), (name, value))
        for name in ["_HANDLER", "PATH", "LD_LIBRARY_PATH", "AWS_LAMBDA_LOG_STREAM_NAME", "TMPDIR", "THIMBLE_CACHE"]:
          assert variables[name], name
        # Nothing of the developer's own gets in.
        for name in ["HOME", "ENDPOINT", "AWS_ENDPOINT_URL", "PWD"]:
          assert name not in variables, name
        same(result["directory"], root)
        # stdin, stdout, stderr, the connection to the Runtime API, and the listing itself.
        same(len(result["descriptors"]), 5)
        # The role's credentials work only with their token.
        role = dict(aws_access_key_id=variables["AWS_ACCESS_KEY_ID"], aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"])
        same(client(**role, aws_session_token=variables["AWS_SESSION_TOKEN"]).list_buckets()["Buckets"][0]["Name"], "images")
        same(code(client(**role).list_buckets), ("InvalidToken", 400))
        same(code(client(**role, aws_session_token="x").list_buckets), ("InvalidToken", 400))

        headers = json.load(aws_lambda.invoke(FunctionName="thimble", Payload='{"action": "headers"}',
          ClientContext=base64.b64encode(b'{"custom":\\n1}').decode())["Payload"])
        same(headers["lambda-runtime-invoked-function-arn"], "arn:aws:lambda:us-east-1:123456789012:function:thimble")
        same(headers["lambda-runtime-client-context"], '{"custom": 1}')
        assert headers["lambda-runtime-trace-id"].startswith("Root=1-"), headers
        for context in ["nonsense", base64.b64encode(b"[1]").decode()]:
          same(code(aws_lambda.invoke, FunctionName="thimble", ClientContext=context),
               ("InvalidRequestContentException", 400))
        assert 0 < headers["milliseconds"] <= \(Patience.seconds) * 1000, headers
        """)
    }
  }

  @Test func protocolErrors() async throws {
    try await Workbench.run(bootstrap: FakeRuntime.source) { bench in
      try await bench.python(
        """
        result = json.load(aws_lambda.invoke(FunctionName="thimble", Payload='{"action": "protocol"}')["Payload"])
        same(result, [[400, "InvalidRequestID"], [403, "InvalidStateTransition"], [200, True], [404, ""]])
        # The limit is 6 MB and 100 bytes; a runtime that exceeds it gets an error, and goes on.
        limit = 6291556
        answer = aws_lambda.invoke(FunctionName="thimble", Payload=json.dumps({"action": "large", "size": limit - 2}))
        same((answer.get("FunctionError"), len(answer["Payload"].read())), (None, limit))
        answer = aws_lambda.invoke(FunctionName="thimble", Payload=json.dumps({"action": "large", "size": limit - 1}))
        same((answer["FunctionError"], json.load(answer["Payload"])["errorType"]), ("Unhandled", "Function.ResponseSizeTooLarge"))
        aws_lambda.invoke(FunctionName="thimble", Payload='{"action": "late"}')
        same(json.load(aws_lambda.invoke(FunctionName="thimble")["Payload"])["count"], 5)
        """)
      #expect(bench.log.text.contains("late response 403 InvalidStateTransition"))
      #expect(bench.log.text.contains("late error 403 InvalidStateTransition"))
      #expect(bench.log.text.contains("large answered 413 RequestEntityTooLarge"))
    }
  }

  @Test func failures() async throws {
    try await Workbench.run(bootstrap: FakeRuntime.source) { bench in
      try await bench.python(
        """
        def failure(**event):
          answer = aws_lambda.invoke(FunctionName="thimble", Payload=json.dumps(event), LogType="Tail")
          same(answer["FunctionError"], "Unhandled")
          return json.load(answer["Payload"]), base64.b64decode(answer["LogResult"]).decode()

        def answer():
          return json.load(aws_lambda.invoke(FunctionName="thimble")["Payload"])

        result, _ = failure(action="fail")
        same(result, {"errorMessage": "no ü", "errorType": "Function.Bad", "stackTrace": []})
        same(answer()["count"], 2)

        # A crash is reported, and what was printed before it is kept; the next event finds a new process.
        result, log = failure(action="exit", status=3)
        same(result["errorType"], "Runtime.ExitError")
        assert result["errorMessage"].endswith("Error: Runtime exited with error: exit status 3"), result
        assert "last words" in log and "Status: error" in log, log
        first = answer()
        same(first["count"], 1)
        result, _ = failure(action="exit", status=0)
        assert result["errorMessage"].endswith("Error: Runtime exited without providing a reason"), result
        result, _ = failure(action="abort")
        assert result["errorMessage"].endswith("Runtime exited with error: signal: aborted"), result

        # A process that dies after its answer costs nobody an event.
        for _ in range(3):
          aws_lambda.invoke(FunctionName="thimble", Payload='{"action": "die-after"}')
        same(answer()["count"], 1)
        """)
      try await expectProcesses(1, in: bench)
      await bench.emulator.stop()
      try await expectProcesses(0, in: bench)
    }
  }

  /// Too long: the whole group is killed, and the next event finds a new process.
  @Test func timeouts() async throws {
    for limit in Patience.limits {
      var isAnswered = false
      try await Workbench.run(bootstrap: FakeRuntime.source) { options, _ in
        options.timeout = limit
      } _: { bench in
        let count = try await bench.python(
          """
          def invoke(**event):
            answer = aws_lambda.invoke(FunctionName="thimble", Payload=json.dumps(event), LogType="Tail")
            return answer.get("FunctionError"), json.load(answer["Payload"]), base64.b64decode(answer["LogResult"]).decode()

          error, result, log = invoke(action="sleep")
          same((error, result["errorType"]), ("Unhandled", "Sandbox.Timedout"))
          assert result["errorMessage"].endswith("Task timed out after \(Int(limit)).00 seconds"), result
          assert "Status: timeout" in log, log
          print(invoke()[1].get("count"))
          """)
        // On a busy machine this event, too, may take longer, or the other not begin to sleep in time.
        isAnswered = bench.log.text.contains("event 1 sleep") && !count.hasPrefix("None")
        guard isAnswered else { return }
        #expect(count == "1\n")
        try await expectProcesses(1, in: bench)
      }
      if isAnswered { return }
    }
    Issue.record("an event that takes no time is not answered within any limit")
  }

  /// The processes whose working directory is the bench's function. Killed ones take a moment to go.
  private func expectProcesses(
    _ count: Int, in bench: Workbench, _ location: SourceLocation = #_sourceLocation
  ) async throws {
    let root = FileTree.absolute(bench.directory + "/function")
    let isSo = try await Patience.waits {
      let processes = FileTree.names(in: "/proc").filter { name in
        Int(name) != nil && FileTree.absolute("/proc/\(name)/cwd") == root
      }
      return processes.count == count
    }
    #expect(isSo, sourceLocation: location)
  }

  @Test(arguments: [
    ("init-error", "Function.NoModel", "no model"), ("init-crash", "Runtime.ExitError", "exit status 7"),
    ("init-hang", "Sandbox.Timedout", "Task timed out after 1.00 seconds"),
  ])
  func initFailures(mode: String, type: String, message: String) async throws {
    try await Workbench.run(bootstrap: FakeRuntime.source) { options, _ in
      options.environment = ["MODE": mode]
      if mode == "init-hang" { options.initTimeout = 1 }
    } _: { bench in
      for _ in 0..<2 {
        let result = try #require(await bench.emulator.invoke(Data("{}".utf8)))
        let text = String(decoding: result.payload, as: UTF8.self)
        #expect(result.functionError == "Unhandled")
        #expect(text.contains(type) && text.contains(message), "\(text)")
      }
      // Each invocation tried again.
      #expect(bench.log.text.components(separatedBy: "INIT_START").count == 3)
      try await expectProcesses(0, in: bench)
    }
  }

  @Test func noBootstrap() async throws {
    try await Workbench.run { options, directory in
      options.function = directory
    } _: { bench in
      let result = try #require(await bench.emulator.invoke(Data("{}".utf8)))
      let text = String(decoding: result.payload, as: UTF8.self)
      #expect(text.contains("Runtime.InvalidEntrypoint") && text.contains("/bootstrap"), "\(text)")
    }
  }

  @Test func layer() async throws {
    try await Workbench.run { options, directory in
      options.function = directory + "/function"
      options.layer = directory + "/layer"
      for folder in ["function", "layer"] {
        try FileManager.default.createDirectory(
          atPath: directory + "/" + folder, withIntermediateDirectories: true)
      }
      try Workbench.writeExecutable(FakeRuntime.source, to: directory + "/layer/bootstrap")
    } _: { bench in
      try await bench.python(
        """
        result = json.load(aws_lambda.invoke(FunctionName="thimble", Payload='{"action": "environment"}')["Payload"])
        same(result["environment"]["THIMBLE_LAYER_ROOT"], os.path.realpath(directory + "/layer"))
        same(result["directory"], os.path.realpath(directory + "/function"))
        """)
    }
  }

  @Test func zips() async throws {
    try await Workbench.run { options, directory in
      try Workbench.writeExecutable(FakeRuntime.source, to: directory + "/bootstrap")
      let program = """
        import sys, zipfile
        zipfile.ZipFile(sys.argv[1] + "/layer.zip", "w").write(sys.argv[1] + "/bootstrap", "bootstrap")
        zipfile.ZipFile(sys.argv[1] + "/function.zip", "w").writestr("models/labels.txt", "cat")
        """
      let python = try Process.run(
        URL(fileURLWithPath: Fixtures.python), arguments: ["-c", program, directory])
      python.waitUntilExit()
      #expect(python.terminationStatus == 0)
      options.function = directory + "/function.zip"
      options.layer = directory + "/layer.zip"
    } _: { bench in
      try await bench.python(
        """
        result = json.load(aws_lambda.invoke(FunctionName="thimble", Payload='{"action": "environment"}')["Payload"])
        root = result["environment"]["LAMBDA_TASK_ROOT"]
        same(open(root + "/models/labels.txt").read(), "cat")
        same(result["directory"], root)
        """)
    }
  }

  @Test func brokenZip() async throws {
    let error = await #expect(throws: EmulatorError.self) {
      try await Workbench.run { options, directory in
        options.function = directory + "/function.zip"
        try Data("PK".utf8).write(to: URL(fileURLWithPath: directory + "/function.zip"))
      } _: { _ in
      }
    }
    #expect(
      error?.description.hasSuffix("function.zip: it is not a zip file") == true,
      "\(String(describing: error))")
  }

  @Test func events() async throws {
    try await Workbench.run(bootstrap: FakeRuntime.source) { bench in
      // Two further attempts with the same request id, then the next event.
      try await bench.python(
        """
        path = directory + "/attempts"
        for _ in range(2):
          answer = aws_lambda.invoke(FunctionName="thimble", InvocationType="Event",
            Payload=json.dumps({"action": "append", "path": path}))
          same((answer["StatusCode"], answer["Payload"].read()), (202, b""))
        same(code(aws_lambda.invoke, FunctionName="thimble", InvocationType="Event",
          Payload='"' + "x" * (1 << 20) + '"')[1], 413)
        """)
      #expect(await bench.emulator.waitUntilIdle(timeout: Patience.seconds))
      let ids = try String(contentsOfFile: bench.directory + "/attempts", encoding: .utf8).split(
        separator: "\n")
      #expect(ids.count == 6)
      #expect(Set(ids).count == 2)
      #expect(bench.log.text.contains("is dropped after 3 attempts"))
    }
  }

  @Test func stopEndsWhatRuns() async throws {
    try await Workbench.run(bootstrap: FakeRuntime.source) { bench in
      async let result = bench.emulator.invoke(Data(#"{"action": "sleep"}"#.utf8))
      while !bench.log.text.contains("event 1 sleep") { try await Task.sleep(for: .milliseconds(10)) }
      await bench.emulator.stop()
      #expect(await result?.functionError == "Unhandled")
      try await expectProcesses(0, in: bench)
    }
  }
}
