"""Makes what the fuzzers begin with, of the tests' own data: a folder for each mode.

usage: corpus.py FIXTURES OUT

Inputs stay small: a fuzzer tries few large ones, and lets none grow beyond the largest that it begins with.
"""

import base64
import json
import sys
import zipfile
from pathlib import Path

import h5py

# Bytes of files that cannot be smaller, and of texts.
LIMIT = 16_000
TEXT_LIMIT = 4_000


def small(folder, pattern, limit=LIMIT):
    return [path for path in sorted(folder.rglob(pattern)) if path.is_file() and path.stat().st_size <= limit]


def configuration(path):
    """The text that describes a model file's model; None where the file holds weights only."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return archive.read("config.json").decode() if "config.json" in archive.namelist() else None
    beside = path.with_name("config.json")
    if beside.exists():
        return beside.read_text()
    if not h5py.is_hdf5(path):
        return None
    with h5py.File(path) as file:
        text = file.attrs.get("model_config")
    return text.decode() if isinstance(text, bytes) else text


def models(folder):
    """Configurations, each after a line with the file whose weights it is tried with."""
    for path in small(folder, "model.*", 2 * LIMIT):
        try:
            text = configuration(path)
            text = text and json.dumps(json.loads(text), separators=(",", ":"))
        except (ValueError, OSError, KeyError, UnicodeError):
            continue
        if text and len(text) <= TEXT_LIMIT:
            yield f"{path.relative_to(folder)}\n{text}".encode()


def notification(sender="aws:s3", key="a+b.jpg", name="ObjectCreated:Put", **more):
    return {"eventSource": sender, "eventName": name,
            "s3": {"bucket": {"name": "images"}, "object": {"key": key, "size": 7, "versionId": "3", **more}}}


def events():
    records = {"Records": [notification(), notification("ceph:s3"), notification("minio:s3", "a%2Fb.jpg")]}
    text = json.dumps(records)
    yield records
    yield {"Records": [{"EventSource": "aws:sns", "Sns": {"Message": text}}]}
    for body in [text, json.dumps({"Type": "Notification", "TopicArn": "arn:aws:sns:eu:1:t", "Message": text})]:
        yield {"Records": [{"messageId": "m", "eventSource": "aws:sqs", "attributes": {"MessageGroupId": "g"},
                            "body": body}]}
    yield {"source": "aws.s3", "detail-type": "Object Created",
           "detail": {"reason": "PutObject", "bucket": {"name": "images"}, "object": {"key": "a b.jpg", "size": 7}}}
    yield {"source": "aws.s3", "detail-type": "AWS API Call via CloudTrail",
           "detail": {"eventName": "PutObject", "requestParameters": {"bucketName": "images", "key": "a.jpg"}}}
    for version, bucket in [("1.0", {"s3BucketArn": "arn:aws:s3:::images"}), ("2.0", {"s3Bucket": "images"})]:
        yield {"invocationSchemaVersion": version, "invocationId": "i", "job": {"id": "j"},
               "tasks": [{"taskId": "t", "s3Key": "a%20b.jpg", "s3VersionId": "1", **bucket}]}
    yield {"Event": "s3:TestEvent"}


DOCUMENTS = [
    """<?xml version="1.0"?><Error><Code>NoSuchKey</Code><Message>a &amp; b &#233; &#xe9;</Message></Error>""",
    """<Tagging xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><TagSet><Tag><Key>a</Key><Value/></Tag></TagSet>"""
    """<!-- c --></Tagging>""",
    """<CopyObjectResult><ETag>&quot;9b2cf535f27731c974343645a3985328&quot;</ETag></CopyObjectResult>""",
    """<AccessControlPolicy><Owner><ID>me</ID></Owner><AccessControlList><Grant><Grantee xmlns:x="y" x:type="Group">"""
    """<URI>http://acs.amazonaws.com/groups/global/AllUsers</URI></Grantee><Permission>READ</Permission></Grant>"""
    """</AccessControlList></AccessControlPolicy>""",
    """<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag><![CDATA["e"]]></ETag></Part>"""
    """</CompleteMultipartUpload>""",
]
TEXTS = [
    r'{"a": [1, -2.5e3, true, null, "\u00e9\ud83d\ude00\n"], "b": {}, "c": NaN, "d": -Infinity}', "[[[]]]", "1E400", "-0.0",
    r"{a: 'b\x41\
c', /* d */ e: [+1, .5, 0x1F, Infinity,], // f" + "\n g: -0x10}",
]
CHUNKS = [
    "\0" + "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n",
    "\1" + "5;chunk-signature=" + 64 * "a" + "\r\nhello\r\n0;chunk-signature=" + 64 * "b" + "\r\n\r\n",
]


def seeds(fixtures):
    """For each mode its inputs."""
    images = fixtures / "Imaging" / "files"
    hdf5 = [path.read_bytes() for path in small(fixtures / "HDF5", "*.h5")]
    texts = [text.encode() for text in TEXTS]
    documents = [text.encode() for text in DOCUMENTS]
    configurations = [*models(fixtures / "Keras")]
    small_texts = [text.split(b"\n", 1)[1] for text in configurations[::10]]
    lambdas = json.loads((fixtures / "Lambdas" / "cases.json").read_text())
    functions = [case["function"]["config"]["code"] if isinstance(case["function"], dict) else case["function"][0] for case in lambdas]
    files = {kind: [path.read_bytes() for path in small(images, f"*.{kind}", 4000)] for kind in ["png", "jpg", "bmp", "pnm"]}
    return {
        "json": texts + small_texts, "json5": texts + small_texts,
        "event": [json.dumps(event).encode() for event in events()],
        "hdf5": hdf5, "zip": [path.read_bytes() for path in small(fixtures / "ZipArchive", "*.zip", 4000)],
        "png": files["png"], "jpeg": files["jpg"], "bmp": files["bmp"], "pnm": files["pnm"],
        "orientation": [path.read_bytes() for kind in ["exif", "xmp"] for path in small(images, f"{kind}-*")],
        "resize": [bytes([index * 37 % 256 for index in range(start, start + 64)]) for start in range(16)],
        "chunks": [text.encode() for text in CHUNKS], "s3-xml": documents, "emulator-xml": documents,
        "model": configurations,
        # One of each ten: the versions of Python differ, the functions are the same.
        "lambda": [base64.b64decode(code) for code in functions[::10] if len(code) <= TEXT_LIMIT],
        "model-file": [path.read_bytes() for path in small(fixtures / "Keras", "model.*")],
    }


def main():
    fixtures, out = (Path(argument) for argument in sys.argv[1:])
    for mode, inputs in seeds(fixtures).items():
        folder = out / mode
        folder.mkdir(parents=True)
        for index, data in enumerate(inputs):
            (folder / f"{index:04}").write_bytes(data)


if __name__ == "__main__":
    main()
