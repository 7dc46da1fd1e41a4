"""TLS in front of the emulator's S3, as AWS has it: stunnel with a certificate of a throwaway authority."""

import shutil
import socket
import subprocess
import time

import certificates

HOST = "localhost"
PATIENCE = 10


class Terminator:
    """Takes HTTPS on a free port and passes it on to another port of 127.0.0.1."""

    def __init__(self, folder, port, target):
        self.port = port
        folder.mkdir(parents=True, exist_ok=True)
        self.authority = certificates.Authority(folder, "authority")
        self.configuration = folder / "stunnel.conf"
        self.configuration.write_text(
            "foreground = yes\npid =\nsyslog = no\n"
            f"output = {(folder / 'stunnel.log').resolve()}\n"
            # Without it the end of a request waits for an acknowledgement.
            "socket = l:TCP_NODELAY=1\nsocket = r:TCP_NODELAY=1\n"
            f"[s3]\naccept = 127.0.0.1:{port}\nconnect = 127.0.0.1:{target}\n"
            f"cert = {self.authority.issue(HOST).resolve()}\n")

    @property
    def variables(self):
        """Of a function that is to go this way."""
        return {"AWS_ENDPOINT_URL_S3": f"https://{HOST}:{self.port}",
                "AWS_CA_BUNDLE": str(self.authority.certificate.resolve())}

    def __enter__(self):
        program = shutil.which("stunnel4") or shutil.which("stunnel")
        self.process = subprocess.Popen([program, self.configuration], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        end = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return self
            except ConnectionRefusedError:
                if time.monotonic() > end or self.process.poll() is not None:
                    self.__exit__()
                    raise SystemExit(f"stunnel does not start; its log is beside {self.configuration}")
                time.sleep(0.01)

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
