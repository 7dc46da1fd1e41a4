"""Certificates for servers of a test, made by the `openssl` command."""

import subprocess
from pathlib import Path

# Arguments of `openssl genpkey`.
KEYS = {
    "P-256": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "P-384": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
    "RSA": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
    "Ed25519": ["-algorithm", "ED25519"],
}


class Authority:
    """Signs; its own certificate is the file `certificate`."""

    def __init__(self, folder, name, key="P-256"):
        self.folder = Path(folder)
        self.name = name
        self.key = self.make_key(name, key)
        self.certificate = self.folder / f"{name}.pem"
        run(
            "req", "-new", "-x509", "-key", self.key, "-out", self.certificate, "-days", "2", "-subj", f"/CN={name}",
            "-addext", "keyUsage=critical,keyCertSign,cRLSign")  # fmt: skip

    def issue(self, host, key="P-256", days=2):
        """A file with a certificate for a host, and its key. It has expired where `days` is -1."""
        name = f"{self.name}-{host}-{key}-{days}"
        private = self.make_key(name, key)
        request, certificate, extensions = (self.folder / f"{name}.{end}" for end in ("csr", "crt", "ext"))
        extensions.write_text(f"subjectAltName=DNS:{host}\n")
        run("req", "-new", "-key", private, "-out", request, "-subj", f"/CN={name[:64]}")
        run(
            "x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key, "-CAcreateserial",
            "-days", str(days), "-extfile", extensions, "-out", certificate)  # fmt: skip
        return self.join(name, certificate, private)

    def self_signed(self, host):
        """A file with a certificate that no authority has signed, and its key."""
        name = f"self-signed-{host}"
        private = self.make_key(name, "P-256")
        certificate = self.folder / f"{name}.crt"
        run(
            "req", "-new", "-x509", "-key", private, "-out", certificate, "-days", "2", "-subj", f"/CN={host}",
            "-addext", f"subjectAltName=DNS:{host}")  # fmt: skip
        return self.join(name, certificate, private)

    def make_key(self, name, kind):
        path = self.folder / f"{name}.key"
        run("genpkey", *KEYS[kind], "-out", path)
        return path

    def join(self, name, certificate, private):
        both = self.folder / f"{name}-both.pem"
        both.write_bytes(certificate.read_bytes() + private.read_bytes())
        return both


def run(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)
