"""Which servers the function speaks to over TLS, and which it refuses: told by a configuration that it is to read
from there when it starts."""

import ssl
from dataclasses import dataclass

import certificates
import function
import servers

HOST = "s3.thimble.test"
# What libcurl and OpenSSL say, whatever their version.
WRONG_NAME, EXPIRED, SELF_SIGNED = "no alternative certificate subject name matches", "certificate has expired", "self"
UNKNOWN = "unable to get local issuer certificate"


@dataclass
class Case:
    name: str
    certificate: object
    """A file with certificate and key."""
    refusal: str | None = None
    """What the error says; None: the server is spoken to."""
    version: ssl.TLSVersion | None = None
    protocols: tuple = ("http/1.1",)
    ciphers: str | None = None
    curve: str | None = None
    environment: dict | None = None


def cases(folder, authority):
    other = certificates.Authority(folder, "other-authority")
    good = authority.issue(HOST)
    for key in certificates.KEYS:
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            yield Case(f"{key}, {version.name}", authority.issue(HOST, key), version=version)
    for cipher in ("AES128-GCM-SHA256", "CHACHA20-POLY1305", "AES128-SHA256"):
        yield Case(cipher, good, version=ssl.TLSVersion.TLSv1_2, ciphers=f"ECDHE-ECDSA-{cipher}")
    for curve in ("X25519", "prime256v1", "secp384r1"):
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            yield Case(f"{curve}, {version.name}", good, version=version, curve=curve)
    yield Case("no ALPN", good, protocols=())
    yield Case("ALPN, h2 as well", good, protocols=("h2", "http/1.1"))
    yield Case("wrong host name", authority.issue("other.thimble.test"), WRONG_NAME)
    yield Case("expired", authority.issue(HOST, days=-1), EXPIRED)
    yield Case("self-signed", authority.self_signed(HOST), SELF_SIGNED)
    yield Case("other authority", other.issue(HOST), UNKNOWN)
    for name in ("AWS_CA_BUNDLE", "SSL_CERT_FILE"):
        named = {name: "/tmp/other.pem"}
        yield Case(f"other authority, {name}", other.issue(HOST), environment=named)
        yield Case(f"the system's authority, {name}", good, UNKNOWN, environment=named)
        yield Case(f"{name} of no file", good, f"{name} names /no/such.pem", environment={name: "/no/such.pem"})


def check(root, folder, authority):
    """What is wrong, a sentence each."""
    made = list(cases(folder, authority))
    (root / "tmp/other.pem").write_bytes((folder / "other-authority.pem").read_bytes())
    for case in made:
        problem, agreed = attempt(root, case)
        print(f"  {case.name:36} {problem or (', '.join(map(str, agreed[0])) if agreed else 'refused')}", flush=True)
        if problem:
            yield f"TLS, {case.name}: {problem}"


def attempt(root, case):
    context = servers.context(case.certificate, case.version, case.protocols)
    if case.ciphers:
        context.set_ciphers(case.ciphers)
    if case.curve:
        context.set_ecdh_curve(case.curve)
    server = servers.EmptyBucket(context)
    endpoint = f"https://{HOST}:{server.server_port}"
    variables = {"AWS_ENDPOINT_URL_S3": endpoint, "THIMBLE_CONFIG": "s3://configuration/thimble.json"}
    said = function.start(root, {**variables, **(case.environment or {})}).body
    server.shutdown()
    server.server_close()
    if case.refusal is None:
        return (None if "NoSuchKey" in said and server.agreed else said), server.agreed
    is_clear = case.refusal in said and (HOST in said or case.refusal.endswith(".pem"))
    return (None if is_clear and not server.agreed else f"is not refused as it should be: {said}"), []
