"""Eight processes look at one object at the same moment, while it is replaced. Some stand still for a while, so that
one may write what it read long before the others wrote of the next picture."""

import json
import queue
import signal
import subprocess
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pictures
import verdict
from bucket import event
from deployment import ATTEMPTS, MARKER_KEY, PATIENCE, REDRIVES, Deployment
from result import Result, judge

PROCESSES = 8
# Milliseconds of S3: between what a process reads and what it writes there is time for the others.
LATENCY = 15
# Seconds until a version is replaced, at most.
LONGEST = 0.15
TIMEOUT = 60
# Processes that stand still in a round, seconds until they do and how long, at most.
PAUSED, UNTIL_PAUSE, LONGEST_PAUSE = 3, 0.12, 0.6


class Function:
    """One process of the function with a Runtime API of its own: hands it event after event."""

    def __init__(self, deployment, number):
        self.events = queue.Queue()
        # Those that the process has not answered yet, by request.
        self.open = {}
        self.lock = threading.Lock()
        function = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                function.next(self)

            def do_POST(self):
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                function.answer(self.path)
                self.reply(202, b"{}")

            def reply(self, status, body, headers=()):
                self.send_response(status)
                for name, value in headers:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        class Server(ThreadingHTTPServer):
            def handle_error(self, *_):
                """A process that ends breaks its connections."""

        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        folder = deployment.folder / f"process-{number}"
        folder.mkdir()
        self.environment = {
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self.server.server_port}",
            "AWS_LAMBDA_FUNCTION_NAME": "thimble", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1769",
            "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_ENDPOINT_URL_S3": deployment.endpoint, "LAMBDA_TASK_ROOT": str(deployment.folder / "function"),
            "TMPDIR": str(folder), "THIMBLE_CACHE": str(folder), "THIMBLE_MARKER_KEY": MARKER_KEY}
        self.bootstrap = deployment.folder / "function/bootstrap"
        self.log = open(folder / "log", "wb")
        self.stopped = False
        self.start()
        threading.Thread(target=self.keep_alive, daemon=True).start()

    def start(self):
        self.process = subprocess.Popen([self.bootstrap], env=self.environment, stdout=self.log, stderr=self.log)

    def keep_alive(self):
        """As Lambda starts a process again that has ended."""
        while True:
            self.process.wait()
            with self.lock:
                if self.stopped:
                    return
                lost, self.open = self.open, {}
                self.start()
            for delivery in lost.values():
                delivery.end(False)

    def stop(self):
        with self.lock:
            self.stopped = True
            self.process.kill()
        self.process.wait()
        self.server.shutdown()
        self.server.server_close()
        self.log.close()

    def pause(self, after, seconds):
        """Has the process stand still for a while, as a crowded machine does."""
        time.sleep(after)
        for number, wait in ((signal.SIGSTOP, seconds), (signal.SIGCONT, 0)):
            with self.lock:
                if not self.stopped:
                    self.process.send_signal(number)
            time.sleep(wait)

    def next(self, handler):
        delivery = self.events.get()
        request = str(uuid.uuid4())
        with self.lock:
            self.open[request] = delivery
        handler.reply(200, json.dumps(delivery.event).encode(), [
            ("Content-Type", "application/json"), ("Lambda-Runtime-Aws-Request-Id", request),
            ("Lambda-Runtime-Deadline-Ms", str(int((time.time() + TIMEOUT) * 1000))),
            ("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:123456789012:function:thimble")])

    def answer(self, path):
        # .../invocation/REQUEST/response
        words = path.split("/")
        if len(words) < 3 or words[-3] != "invocation":
            return
        with self.lock:
            delivery = self.open.pop(words[-2], None)
        if delivery:
            delivery.end(words[-1] == "response")


class Delivery:
    """An event on its way through one of the functions, and through others when that fails."""

    def __init__(self, functions, first, keys, random):
        self.functions, self.random = functions, random
        self.event = event(keys)
        self.attempts = 0
        self.done = threading.Event()
        self.failed = False
        functions[first].events.put(self)

    def wait(self):
        """Returns how many attempts it took."""
        if not self.done.wait(PATIENCE):
            raise SystemExit("eight processes: there is no answer")
        return self.attempts

    def end(self, succeeded):
        self.attempts += 1
        if not succeeded:
            if self.attempts < ATTEMPTS:
                self.random.choice(self.functions).events.put(self)
                return
            self.failed = True
        self.done.set()


def run(products, folder, random, *, rounds, mode, faults=False):
    # Not doubled: S3 has no condition by which one of two could see that the other one has just written the same.
    result = Result(f"eight processes on one object, {mode}, {rounds} rounds" + (", with faults" if faults else ""),
                    ["lost", "torn", "wrong"])
    flags = ["--s3-latency", LATENCY]
    if faults:
        flags += ["--fail-rate", 0.3, "--fail-kind", "all", "--fail-stall", 3,
                  "--fail-seed", random.randrange(1 << 30)]
    versions, attempts, failed, reported = 0, 0, 0, set()
    current = {}
    with Deployment(products, folder, mode=mode, flags=flags, with_function=False) as deployment:
        functions = [Function(deployment, number) for number in range(PROCESSES)]
        try:
            for number in range(rounds):
                key = f"{number:04}.jpg"
                deliveries = []
                order = random.sample(range(PROCESSES), PROCESSES)
                pauses = [
                    threading.Thread(target=functions[index].pause, args=(
                        random.random() * UNTIL_PAUSE, random.random() * LONGEST_PAUSE))
                    for index in order[-PAUSED:]]
                for version in range(random.choice([1, 2, 2, 3])):
                    if version:
                        time.sleep(random.random() * LONGEST)
                    current[key] = deployment.bucket.put(key, lambda: pictures.make(random))
                    versions += 1
                    # All get the first event, some or all get a later one while others go on: S3 delivers each event
                    # at least once.
                    told = order[:random.choice([1, 2, PROCESSES]) if version else PROCESSES]
                    deliveries += [Delivery(functions, index, [key], random) for index in told]
                    for pause in pauses if not version else ():
                        pause.start()
                for pause in pauses:
                    pause.join()
                attempts += sum(delivery.wait() for delivery in deliveries)
                # What went to the on-failure destination is delivered again from there.
                for _ in range(REDRIVES):
                    if not any(delivery.failed for delivery in deliveries):
                        break
                    failed += 1
                    deliveries = [Delivery(functions, order[0], [key], random)]
                    attempts += deliveries[0].wait()
                if any(delivery.failed for delivery in deliveries):
                    reported.add(key)
        finally:
            for function in functions:
                function.stop()
        judge(result, deployment.bucket, current, reported, mode)
        result.note(f"{versions} versions, {attempts} invocations, {failed} events delivered again after three attempts")
        if mode != "tags":
            again = sum(count - 1 for count in verdict.copies(deployment.requests()).values())
            result.note(f"{again} of them wrote what another one was just writing")
    return result
