"""/tmp of 1 to 30 MB, and two models that may not fit into it together, or not at all."""

import os
import subprocess

import pictures
from deployment import Deployment, Source, configuration
from kills import padded
from result import Result, judge, left_over

# MB.
MODEL_SIZE = 5
# What the function leaves to others.
RESERVE = 8
REMEDY = "give the function more ephemeral storage"


def run(products, folder, random, *, sizes):
    result = Result(f"/tmp of {sizes[0]} to {sizes[-1]} MB", ["lost", "torn", "wrong"])
    if os.geteuid() != 0:
        result.skip("only root can mount a file system of so many MB")
        return result
    folder.mkdir(parents=True, exist_ok=True)
    models = {name: padded(products, folder, MODEL_SIZE) for name in ("first", "second")}
    settings = configuration(models=[(name, name + ".h5", name) for name in models])
    outcomes = {}
    for size in sizes:
        deployment = Deployment(products, folder / "life", settings=settings)
        for name, body in models.items():
            (deployment.folder / "models" / (name + ".h5")).write_bytes(body)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}m", "none", deployment.tmp],
                                 capture_output=True, text=True)
        if mounted.returncode:
            result.skip(f"this machine mounts nothing here: {mounted.stderr.strip()}")
            return result
        try:
            with deployment:
                outcomes[size] = try_size(deployment, random, size, models, result)
        finally:
            subprocess.run(["umount", "--lazy", deployment.tmp], check=True)
    works = [size for size, works in outcomes.items() if works]
    result.note(f"two models of {MODEL_SIZE} MB work in {works} MB, and are refused with the remedy in "
                f"{[size for size in sizes if size not in works]} MB")
    return result


def try_size(deployment, random, size, models, result):
    """Whether the models work in so much space."""
    source = Source(deployment, result)
    current = {}
    # In turns, so that each finds the space taken by the other.
    for number in range(3):
        for name in models:
            key = f"{name}-{size}-{number}.jpg"
            current[key] = deployment.bucket.put(key, lambda: pictures.make(random))
            source.deliver([key])
            free = os.statvfs(deployment.tmp)
            for fault in left_over(deployment.models, set(models.values())):
                result.add("left over", f"{size} MB: {fault}, {free.f_bavail * free.f_frsize} bytes are free")
    for name in models:
        own = {key: picture for key, picture in current.items() if key.startswith(name)}
        judge(result, deployment.bucket, own, source.reported, name=name)
    for key, reason in source.reported.items():
        if REMEDY not in reason:
            result.add("unclear", f"{size} MB: {reason}")
    # A model, its file's other pages, and what is left to others.
    fits = size >= MODEL_SIZE + RESERVE + 1
    if fits == bool(source.reported):
        result.add("unclear", f"{size} MB: {'a model fits' if fits else 'no model fits'}: {source.reported}")
    return not source.reported
