"""The function's process in its chroot, and a Runtime API that only looks at its first request."""

import os
import signal
import socket
import struct
import time
from pathlib import Path

PATIENCE = 300
# What Lambda sets besides, and what the function needs of it.
ENVIRONMENT = {
    "AWS_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1769",
    "LAMBDA_TASK_ROOT": "/var/task",
    "THIMBLE_LOG": "error",
}


class FirstRequest:
    """What a start came to: `GET /...` or `POST /...`, its body, how long it took, what was resident then."""

    def __init__(self, line, body, milliseconds, kilobytes):
        self.line, self.body = line, body
        self.milliseconds, self.kilobytes = milliseconds, kilobytes
        # Of the processor, until the process was killed.
        self.processor_milliseconds = 0.0

    @property
    def is_next(self):
        return self.line.startswith("GET /2018-06-01/runtime/invocation/next ")


def start(root, environment=None):
    """Starts /var/task/bootstrap in `root`, waits for its first request to the Runtime API and kills it.

    The time is that from the call of exec to when the request has arrived.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(PATIENCE)
    address = f"127.0.0.1:{listener.getsockname()[1]}"
    variables = {**ENVIRONMENT, "AWS_LAMBDA_RUNTIME_API": address, **(environment or {})}
    clock, clock_end = os.pipe()
    process = os.fork()
    if process == 0:
        try:
            os.chroot(root)
            os.chdir("/var/task")
            os.dup2(os.open("/tmp/log", os.O_WRONLY | os.O_CREAT | os.O_APPEND), 2)
            os.write(clock_end, struct.pack("q", time.monotonic_ns()))
            os.execve("/var/task/bootstrap", ["/var/task/bootstrap"], variables)
        finally:
            os._exit(127)
    first = None
    try:
        first = receive(listener, process, clock)
        return first
    finally:
        os.kill(process, signal.SIGKILL)
        _, _, usage = os.wait4(process, 0)
        if first:
            first.processor_milliseconds = (usage.ru_utime + usage.ru_stime) * 1000
        for descriptor in (clock, clock_end):
            os.close(descriptor)
        listener.close()


def receive(listener, process, clock):
    connection, _ = listener.accept()
    with connection:
        connection.settimeout(PATIENCE)
        request = connection.recv(1 << 16)
        arrived = time.monotonic_ns()
        kilobytes = resident(process)
        (started,) = struct.unpack("q", os.read(clock, 8))
        head, _, body = request.partition(b"\r\n\r\n")
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                while len(body) < int(line.split(b":")[1]):
                    body += connection.recv(1 << 16)
        return FirstRequest(head.split(b"\r\n")[0].decode(), body.decode(), (arrived - started) / 1e6, kilobytes)


def resident(process):
    """The most memory that was resident so far, in KB."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    raise RuntimeError(f"process {process} has ended")
