"""`thimble emulate` as a process of its own: started, invoked, ended."""

import http.client
import json
import os
import subprocess


class EmulatorProcess:
    """Runs while the `with` block does. `endpoint` is where Lambda and S3 are then."""

    # Seconds that an answer may take.
    patience = 120

    def __init__(self, command, log):
        self.command, self.log = command, log

    def __enter__(self):
        # The user's own settings must not matter to the function.
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "THIMBLE_"))}
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                self.command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment)
        self.endpoint = self.process.stdout.readline().strip()
        if not self.endpoint:
            self.__exit__()
            raise SystemExit(f"the emulator does not start: {self.log.read_text()[-2000:]}")
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()

    def post(self, event, **headers):
        """Invokes the function: the response, its body, and whether the function failed."""
        connection = http.client.HTTPConnection(self.endpoint.removeprefix("http://"), timeout=self.patience)
        connection.request("POST", "/2015-03-31/functions/thimble/invocations", json.dumps(event),
                           {"Content-Type": "application/json", **headers})
        response = connection.getresponse()
        body = response.read()
        connection.close()
        return response, body, response.status != 200 or response.getheader("X-Amz-Function-Error") is not None
