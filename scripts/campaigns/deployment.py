"""The function as somebody deploys it, in the emulator."""

import json
import os
import re
import shutil
import signal
import threading
import time
from pathlib import Path

from bucket import Bucket, event
from emulator_process import EmulatorProcess
from pictures import LABELS
from verdict import is_copy

MODEL = "means.h5"
# Attempts at an event, as Lambda makes them.
ATTEMPTS = 3
# How often somebody has an event delivered again that went to the on-failure destination.
REDRIVES = 5
PATIENCE = 900
MARKER_KEY = "a secret of the campaign"


def configuration(mode="metadata", models=(("colour", MODEL, None),)):
    """models: names, files and the prefixes of the keys that they look at; None: all."""
    return json.dumps({
        "models": [{"name": name, "source": f"s3://models/{file}", "labels": LABELS}
                   | ({"when": {"prefix": prefix}} if prefix else {}) for name, file, prefix in models],
        "write": {"to": mode}})


class Products:
    """The two programs, and the fixtures."""

    def __init__(self, bootstrap, thimble, fixtures):
        self.bootstrap, self.thimble = Path(bootstrap).resolve(), Path(thimble).resolve()
        self.model = (Path(fixtures) / "Classifier" / MODEL).read_bytes()


class Deployment(EmulatorProcess):
    """In a folder of its own."""

    patience = PATIENCE

    def __init__(self, products, folder, *, settings=None, mode="metadata", flags=(), with_function=True):
        shutil.rmtree(folder, ignore_errors=True)
        self.folder = folder
        for name in ("function", "images", "models", "tmp"):
            (folder / name).mkdir(parents=True)
        shutil.copy(products.bootstrap, folder / "function/bootstrap")
        (folder / "function/thimble.json").write_text(settings or configuration(mode))
        (folder / "models" / MODEL).write_bytes(products.model)
        self.access = folder / "access"
        self.tmp = folder / "tmp"
        command = [
            products.thimble, "emulate", "--port", "0", "--bucket", f"images={folder / 'images'}",
            "--bucket", f"models={folder / 'models'}", "--access-log", self.access, *map(str, flags)]
        if with_function:
            # Nothing is put into the models' bucket by S3: no event but ours invokes the function.
            own = {"THIMBLE_MARKER_KEY": MARKER_KEY, "TMPDIR": self.tmp, "THIMBLE_CACHE": self.tmp / "thimble"}
            command += ["--function", folder / "function", "--notify", "models"]
            command += [f"--env={name}={value}" for name, value in own.items()]
        super().__init__(command, folder / "log")

    @property
    def models(self):
        """Where the function keeps what it fetched."""
        return self.tmp / "thimble/models"

    def __enter__(self):
        super().__enter__()
        self.bucket = Bucket(self.endpoint)
        return self

    def invoke(self, event):
        """An answer, and the error's message or None."""
        if self.process.poll() is not None:
            raise SystemExit(f"the emulator has died: {self.log.read_text()[-2000:]}")
        _, body, failed = self.post(event)
        answer = json.loads(body)
        return answer, (answer.get("errorMessage") or str(answer)) if failed else None

    def kill_function(self):
        """Kills the function's process where it stands.

        Returns whether there was one.
        """
        for number in self.children():
            try:
                os.kill(number, signal.SIGKILL)
                return True
            except ProcessLookupError:
                pass
        return False

    def children(self):
        """The function's processes, which are the emulator's only children."""
        numbers = []
        for task in Path(f"/proc/{self.process.pid}/task").iterdir():
            try:
                numbers += map(int, (task / "children").read_text().split())
            except OSError:
                pass
        return numbers

    def requests(self):
        """The access log's entries."""
        if not self.access.exists():
            return []
        return [json.loads(line) for line in self.access.read_text().splitlines()]

    def largest_memory(self):
        """MB, of all reports."""
        return max(map(int, re.findall(r"Max Memory Used: (\d+) MB", self.log.read_text())), default=0)


class Source:
    """Delivers S3's events as Lambda does: three times at most, then to the on-failure destination."""

    def __init__(self, deployment, result):
        self.deployment = deployment
        self.lock = threading.Lock()
        # The keys of events that were given up, with the reasons.
        self.reported = {}
        self.invocations = self.failures = 0
        self.result = result
        self.told = 0

    def deliver(self, keys, name="ObjectCreated:Put"):
        for _ in range(ATTEMPTS):
            answer, error = self.deployment.invoke(event(keys, name))
            with self.lock:
                self.invocations += 1
                self.failures += error is not None
            if error is None:
                with self.lock:
                    for key in keys:
                        self.reported.pop(key, None)
                return answer
        with self.lock:
            self.reported |= dict.fromkeys(keys, error)
        return None

    def redrive(self):
        """Delivers from the on-failure destination what went there.

        Returns how many objects had gone there.
        """
        given_up = sorted(self.reported)
        for _ in range(REDRIVES):
            for key in sorted(self.reported):
                self.deliver([key])
        return len(given_up)

    def deliver_copies(self):
        """Delivers S3's events for the function's own copies since the last call, which the function recognises.

        Returns how many there were.
        """
        time.sleep(0.05)
        entries = [entry for entry in self.deployment.requests() if is_copy(entry) and entry["status"] == 200]
        new = entries[self.told:]
        self.told = len(entries)
        for entry in new:
            if entry.get("fault") != "ErrorIn200":
                self.deliver([entry["key"]], "ObjectCreated:Copy")
        return len(new)
