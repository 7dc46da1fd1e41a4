"""`thimble emulate`, as Lambda and as S3 at a distance."""

import base64
import json
import socket
import time
from typing import NamedTuple

from emulator_process import EmulatorProcess

# How long the access log's last line may take.
SETTLE = 0.02


class Invocation(NamedTuple):
    answer: dict
    log: str
    # The access log's lines.
    access: list


class Network(NamedTuple):
    """What is between the function and S3, as from Lambda within a region."""

    # Milliseconds to the first byte.
    latency: float = 15
    # MB/s of a connection.
    rate: float = 80

    @property
    def flags(self):
        return ["--s3-latency", str(self.latency), "--s3-rate", str(self.rate)]


class Emulator(EmulatorProcess):
    """What it says goes into the file `log`."""

    def __init__(self, thimble, log, buckets, *, function=None, memory=1769, variables=None, network=None, port=0):
        self.access = log.with_suffix(".access")
        self.access.unlink(missing_ok=True)
        self.read = 0
        command = [
            thimble, "emulate", "--port", str(port),
            *(word for name, path in buckets.items() for word in ("--bucket", f"{name}={path}"))]
        if function:
            # Nothing is put into the models' bucket: no event but ours invokes the function.
            command += ["--function", str(function), "--memory", str(memory), "--notify", "models",
                             "--access-log", str(self.access)]
            command += [word for pair in (variables or {}).items() for word in ("--env", "=".join(pair))]
        if network:
            command += network.flags

        super().__init__(command, log)

    def invoke(self, event):
        response, body, failed = self.post(event, **{"X-Amz-Log-Type": "Tail"})
        log = base64.b64decode(response.getheader("X-Amz-Log-Result", "")).decode(errors="replace")
        if failed:
            raise SystemExit(f"the function failed: {body.decode(errors='replace')[:2000]}\n{log}")
        time.sleep(SETTLE)
        return Invocation(json.loads(body), log, self.new_requests())

    def new_requests(self):
        """The access log's lines since the last call."""
        with open(self.access) as file:
            file.seek(self.read)
            lines = file.readlines()
            self.read = file.tell()
        return lines


def event(objects):
    """The event that S3 sends for uploads. `objects` are pairs of a key and a size."""
    return {"Records": [
        {"eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "us-east-1",
         "eventTime": "2026-01-01T00:00:00.000Z", "eventName": "ObjectCreated:Put",
         "s3": {"s3SchemaVersion": "1.0", "bucket": {"name": "images", "arn": "arn:aws:s3:::images"},
                "object": {"key": key, "size": size, "sequencer": f"{number:016X}"}}}
        for number, (key, size) in enumerate(objects)]}


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]
