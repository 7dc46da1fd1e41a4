"""Runs a function from its package in a chroot, and looks at all that the README promises of it.

usage: run.py ROOT WORK THIMBLE PYTHON
ROOT is the chroot, with the package in var/task; WORK a folder with images, models and photos, for certificates and
logs; THIMBLE the built tool; PYTHON one that has botocore. To be run as root in network and mount namespaces of its
own: it binds the ports 53 and 443 of 127.0.0.1. Exit code 1: something is not as it should be; says what.
"""

import contextlib
import fcntl
import os
import shutil
import socket
import statistics
import struct
import subprocess
import sys
from pathlib import Path

import certificates
import function
import names
import servers
import tls

DOMAIN = "amazonaws.com"
REGION = "us-east-1"
STARTS = 41
# From exec to the first request for an event, and what is resident then.
MILLISECONDS, KILOBYTES = 10, 12 << 10
# Amazon Linux and Fedora, Debian and Ubuntu, Alpine.
BUNDLES = ["etc/pki/tls/certs/ca-bundle.crt", "etc/ssl/certs/ca-certificates.crt", "etc/ssl/cert.pem"]


def raise_loopback():
    """A new network namespace has no network at all, not even 127.0.0.1; netdevice(7)."""
    set_flags, up_and_running = 0x8914, 0x41
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, set_flags, struct.pack("16sh14x", b"lo", up_and_running))


def install_bundle(root, certificate, path):
    """Makes the file the only bundle of the chroot."""
    for other in BUNDLES:
        (root / other).unlink(missing_ok=True)
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(certificate, root / path)


def check_bundles(root, authority):
    for path in BUNDLES:
        install_bundle(root, authority.certificate, path)
        problem, _ = tls.attempt(root, tls.Case(path, authority.issue(tls.HOST)))
        print(f"  /{path:35} {problem or 'found'}")
        if problem:
            yield f"the bundle /{path} is not used: {problem}"


def check_names(root, authority):
    """A static file cannot load what /etc/nsswitch.conf names: it must go by itself."""
    file = root / "etc/nsswitch.conf"
    before = file.read_bytes() if file.exists() else None
    file.write_text("hosts: absent [UNAVAIL=return]\n")
    problem, _ = tls.attempt(root, tls.Case("nsswitch", authority.issue(tls.HOST)))
    print(f"  {'/etc/nsswitch.conf of other modules':36} {problem or 'not followed'}")
    file.unlink() if before is None else file.write_bytes(before)
    if problem:
        yield f"names are not looked up by DNS: {problem}"


def check_start(root):
    """Times are shown and not judged: they are the machine's as well, which may be busy."""
    # Without a model that is loaded before the first event: there is no S3 here to load it from.
    (root / "tmp/start.json").write_text('{"models": [{"name": "a", "source": "s3://models/a.h5", "preload": false}]}')
    environment = {"THIMBLE_CONFIG": "/tmp/start.json"}
    starts = [function.start(root, environment) for _ in range(STARTS)]
    bad = next((start for start in starts if not start.is_next), None)
    if bad:
        yield f"the function does not start: {bad.body}"
        return
    times = sorted(start.milliseconds for start in starts)
    work = statistics.median(start.processor_milliseconds for start in starts)
    kilobytes = max(start.kilobytes for start in starts)
    print(
        f"  exec to next: median of {STARTS} starts {statistics.median(times):.1f} ms, fastest {times[0]:.1f} ms, "
        f"processor time {work:.1f} ms; {MILLISECONDS} ms are the bar"
    )
    print(f"  resident at next: {kilobytes / 1024:.1f} MB at most; {KILOBYTES >> 10} MB are the bar")
    if kilobytes > KILOBYTES:
        yield f"{kilobytes / 1024:.1f} MB are resident at next: {KILOBYTES >> 10} are allowed"


@contextlib.contextmanager
def emulator(root, work, thimble):
    """The URL of a running emulator, whose function is the one in the chroot. Its log is `work`/log."""
    starter = work / "function/bootstrap"
    starter.parent.mkdir()
    starter.write_text(
        "#!/bin/sh\n"
        "unset AWS_ENDPOINT_URL_S3 LD_LIBRARY_PATH TMPDIR THIMBLE_LAYER_ROOT\n"
        "export LAMBDA_TASK_ROOT=/var/task THIMBLE_CACHE=/tmp/thimble\n"
        f"exec {shutil.which('chroot')} {root} /var/task/bootstrap\n"
    )
    starter.chmod(0o755)
    buckets = [f"--bucket={name}={work / name}" for name in ("images", "models")]
    command = [thimble, "emulate", "--function", starter.parent, *buckets, "--notify=images", "--port=0"]
    with open(work / "log", "w") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()


def check_job(root, work, authority, name_server, thimble, python):
    """Photos into a bucket, labels on the objects: all requests of the function but those to the Runtime API are
    HTTPS, to a host named after the bucket."""
    # The user's own AWS settings must not matter.
    variables = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    variables |= {
        "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "AWS_EC2_METADATA_DISABLED": "true", "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}  # fmt: skip
    with emulator(root, work, thimble) as url:
        if not url:
            yield f"the emulator does not start: {(work / 'log').read_text()}"
            return
        certificate = authority.issue(f"*.s3.{REGION}.{DOMAIN}")
        relay = servers.Relay(servers.context(certificate), 443, int(url.rpartition(":")[2]))
        upload = [Path(python).with_name("aws"), "s3", "cp", work / "photos", "s3://images/", "--recursive"]
        subprocess.run([*upload, "--endpoint-url", url, "--only-show-errors"], env=variables, check=True)
        expected = ["chelsea.png=category:Egyptian cat:0.4", "coffee.png=category:espresso:0.99"]
        photos = sorted((work / "photos").iterdir())
        labels = [python, "scripts/data/labels.py", url, work / "log", *expected, "--photos", *photos]
        if subprocess.run(labels, env=variables).returncode:
            yield f"the labels are not written; {work / 'log'} has what the function said"
    hosts = {f"{bucket}.s3.{REGION}.{DOMAIN}" for bucket in ("images", "models")}
    print(f"  {relay.count} connections over TLS, to {', '.join(sorted(name_server.asked & hosts))}")
    if not relay.count or not hosts <= name_server.asked:
        yield "the function has not spoken to S3 over HTTPS by the buckets' names"


def main(root, work, thimble, python):
    root, work = Path(root).resolve(), Path(work).resolve()
    raise_loopback()
    name_server = names.NameServer(DOMAIN, tls.HOST.partition(".")[2])
    folder = work / "certificates"
    folder.mkdir()
    authority = certificates.Authority(folder, "authority")
    install_bundle(root, authority.certificate, BUNDLES[0])
    checks = {
        "start": lambda: check_start(root),
        "the main job over HTTPS": lambda: check_job(root, work, authority, name_server, thimble, python),
        "TLS": lambda: tls.check(root, folder, authority),
        "bundles": lambda: check_bundles(root, authority),
        "names": lambda: check_names(root, authority),
    }
    found = []
    for title, check in checks.items():
        print(f"{title}:", flush=True)
        found += check()
    for problem in found:
        print(f"chroot-run: {problem}", file=sys.stderr)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
