"""The images, and the buckets that hold them and the models."""

import os
import shutil
import statistics
from pathlib import Path

import boto3
import cases
import contenders
import decoding
from emulator import Emulator

# Width, height, how the file's name ends, and how many there are with different contents.
KINDS = {"small": (1152, 864, "jpg", cases.BATCH), "png": (1152, 864, "png", 3), "large": (4000, 3000, "jpg", 3)}
# The emulator's own folder in a bucket's.
HIDDEN = ".thimble-emulator"


def make(folder):
    """The files, once."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind, (width, height, ending, count) in KINDS.items():
        for number in range(count):
            path = file(folder, kind, number)
            if not path.exists():
                part = path.with_name(f"part.{ending}")
                decoding.photo(part, width, height, seed=number)
                part.rename(path)


def file(folder, kind, number):
    _, _, ending, count = KINDS[kind]
    return folder / f"{kind}-{number % count}.{ending}"


def mean_size(folder, kind):
    """Bytes of an image."""
    return statistics.mean(file(folder, kind, number).stat().st_size for number in range(KINDS[kind][3]))


def fill(thimble, folder, models):
    """Puts models and images into buckets as people do, with the checksums that boto3 gives them. The models' stay
    from run to run, the images' is made again."""
    shutil.rmtree(folder / "images", ignore_errors=True)
    buckets = {"images": folder / "images", "models": folder / "models-bucket"}
    with Emulator(thimble, folder / "filling.log", buckets) as emulator:
        s3 = boto3.client("s3", endpoint_url=emulator.endpoint, aws_access_key_id="test",
                          aws_secret_access_key="test", region_name="us-east-1")
        for model in models:
            for name in contenders.NAMES:
                upload(s3, folder / "models" / contenders.model_key(name, model))
        counts = {}
        for step in cases.STEPS:
            counts[step.kind] = counts.get(step.kind, 0) + step.invocations * step.objects
        for kind, count in counts.items():
            mime = "image/png" if kind == "png" else "image/jpeg"
            for number in range(count):
                body = file(folder / "files", kind, number).read_bytes()
                s3.put_object(Bucket="images", Key=cases.key(kind, number), Body=body, ContentType=mime)


def upload(s3, path):
    made = f"{path.stat().st_size}-{path.stat().st_mtime_ns}"
    found = s3.list_objects_v2(Bucket="models", Prefix=path.name).get("Contents", [])
    if found and s3.head_object(Bucket="models", Key=path.name)["Metadata"].get("made") == made:
        return
    s3.upload_file(str(path), "models", path.name, ExtraArgs={"Metadata": {"made": made}})


def copy(bucket, folder):
    """A bucket in which nothing has labels yet: the images' own files, what is known of them as a copy."""
    def link(source, target):
        (shutil.copy2 if HIDDEN in Path(source).parts else os.link)(source, target)

    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(bucket, folder, copy_function=link)
