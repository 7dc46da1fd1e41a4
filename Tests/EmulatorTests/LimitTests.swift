import Foundation
import Testing

@testable import Emulator

/// The function held to its memory size by the kernel, seen from inside the function.
@Suite(.serialized, .enabled(if: Workbench.hasPython, Workbench.hint))
struct LimitTests {
  /// Why control groups cannot be used here; nil when they can. It makes and removes one.
  private static let refusal: String? = {
    do throws(ControlGroup.Refusal) {
      let group = try ControlGroup(memory: 128)
      group.removeIfEmpty()
      return nil
    } catch {
      print("LimitTests are skipped: \(error.reason)")
      return error.reason
    }
  }()

  private static let isPossible = refusal == nil
  private static let hint: Comment = "control groups cannot be used here"

  private func groupsLeft() -> [String] {
    let place = ControlGroupPlace.current
    let folders = [place.unified, place.controllers["cpu"], place.controllers["memory"]].compactMap(\.self)
    return folders.flatMap { FileTree.names(in: $0) }.filter { $0.hasPrefix("thimble-emulator-\(getpid())-") }
  }

  @Test(.enabled(if: isPossible, hint), arguments: [(256, 0.1447), (3538, 2.0)])
  func shares(memory: Int, share: Double) async throws {
    try await Workbench.run(bootstrap: FakeRuntime.source) { options, _ in
      options.memory = memory
      options.limitsResources = true
      options.environment = ["MODE": "limits"]
    } _: { bench in
      try await bench.python(
        """
        result = json.load(aws_lambda.invoke(FunctionName="thimble", Payload='{"action": "limits"}')["Payload"])
        # Lambda gives a whole processor at least until the function is ready.
        same(result["start"], [max(1, \(share)), \(memory) << 20])
        assert abs(result["now"][0] - \(share)) < 0.001, result
        same(result["now"][1], \(memory) << 20)
        assert "thimble-emulator-" in result["groups"], result
        """)
      #expect(!groupsLeft().isEmpty)
      await bench.emulator.stop()
      #expect(groupsLeft() == [])
    }
  }

  @Test(.enabled(if: isPossible, hint)) func outgrowing() async throws {
    try await Workbench.run(bootstrap: FakeRuntime.source) { options, _ in
      options.memory = 256
      options.limitsResources = true
    } _: { bench in
      try await bench.python(
        """
        def allocate(megabytes):
          answer = aws_lambda.invoke(FunctionName="thimble", Payload=json.dumps({"action": "allocate", "megabytes": megabytes}))
          return answer.get("FunctionError"), json.load(answer["Payload"])

        same(allocate(100)[0], None)
        error, result = allocate(400)
        same((error, result["errorType"]), ("Unhandled", "Runtime.ExitError"))
        assert result["errorMessage"].endswith("Error: Runtime exited with error: signal: killed"), result
        # The next event finds a new process, in the same bounds.
        same(allocate(100)[0], None)
        same(allocate(400)[0], "Unhandled")
        """)
    }
  }

  /// A process that leaves the process group does not get away.
  @Test(.enabled(if: isPossible, hint)) func strays() async throws {
    let bootstrap = "#!/bin/sh\nsetsid sleep 1000 &\nsleep 0.2\nexit 1\n"
    try await Workbench.run(bootstrap: bootstrap) { options, _ in
      options.limitsResources = true
    } _: { bench in
      _ = await bench.emulator.invoke(Data("{}".utf8))
      await bench.emulator.stop()
      #expect(groupsLeft() == [])
    }
  }

  /// Where they may not be used the function runs without, and the log says so once.
  @Test func withoutControlGroups() throws {
    let nowhere = ControlGroupPlace(mounts: "", groups: "")
    #expect(throws: ControlGroup.Refusal.self) { try ControlGroup(memory: 256, in: nowhere) }
    let missing = ControlGroupPlace(
      mounts: "1 2 0:1 / /nonexistent/cpu rw - cgroup cgroup rw,cpu\n"
        + "1 2 0:1 / /nonexistent/memory rw - cgroup cgroup rw,memory\n", groups: "2:memory:/\n1:cpu:/\n")
    do throws(ControlGroup.Refusal) {
      _ = try ControlGroup(memory: 256, in: missing)
      Issue.record("a group was made in a folder that is not there")
    } catch {
      #expect(error.reason.hasPrefix("/nonexistent/cpu/thimble-emulator-"))
      #expect(error.reason.hasSuffix(": No such file or directory"))
    }
  }

  /// As kernels write them: version 1, version 2, both, and inside a container.
  @Test func places() {
    let separate = ControlGroupPlace(
      mounts: """
        31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
        32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct
        35 31 0:32 /docker/0123 /sys/fs/cgroup/memory ro,relatime - cgroup cgroup rw,memory
        41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
        """,
      groups: "4:memory:/docker/0123/a\n1:cpu,cpuacct:/\n0::/system.slice\n")
    #expect(separate.controllers["cpu"] == "/sys/fs/cgroup/cpu,cpuacct")
    #expect(separate.controllers["memory"] == "/sys/fs/cgroup/memory/a")
    #expect(separate.unified == "/sys/fs/cgroup/unified/system.slice")
    let unified = ControlGroupPlace(
      mounts: "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n",
      groups: "0::/user.slice/user-1000.slice/session-2.scope\n")
    #expect(unified.unified == "/sys/fs/cgroup/user.slice/user-1000.slice/session-2.scope")
    #expect(unified.controllers.isEmpty)
  }
}
