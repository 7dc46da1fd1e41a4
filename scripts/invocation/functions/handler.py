"""A Lambda function that labels images, as people write it: boto3, Pillow, and an engine beside it."""

import io
import os
import tempfile
from pathlib import Path
from urllib.parse import unquote_plus

import boto3
import numpy
from engine import Engine
from PIL import Image

MODELS, MODEL = os.environ["MODELS"], os.environ["MODEL"]
THREADS = max(1, round(int(os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]) / 1769))
LABELS = Path(__file__).with_name("labels.txt").read_text().splitlines()

s3 = boto3.client("s3")
engine = None


def load():
    global engine
    if engine is None:
        path = os.path.join(tempfile.gettempdir(), MODEL)
        s3.download_file(MODELS, MODEL, path)
        engine = Engine(path, THREADS)
    return engine


def preprocess(pixels):
    if os.environ["PREPROCESS"] == "caffe":
        return pixels[..., ::-1] - numpy.array([103.939, 116.779, 123.68], dtype=numpy.float32)
    return pixels / 127.5 - 1


def classify(bucket, key):
    answer = s3.get_object(Bucket=bucket, Key=key)
    with Image.open(io.BytesIO(answer["Body"].read())) as image:
        pixels = image.convert("RGB").resize((224, 224), Image.Resampling.BILINEAR)
    scores = load().run(preprocess(numpy.asarray(pixels, dtype=numpy.float32))[None])[0]
    best = int(scores.argmax())
    found = {"category": LABELS[best], "category-score": f"{scores[best]:.4f}"}
    s3.copy_object(
        Bucket=bucket, Key=key, CopySource={"Bucket": bucket, "Key": key}, MetadataDirective="REPLACE",
        ContentType=answer["ContentType"], Metadata={**answer["Metadata"], **found})
    return {"bucket": bucket, "key": key, **found}


def handler(event, context):
    objects = [record["s3"] for record in event["Records"]]
    return {"objects": [classify(o["bucket"]["name"], unquote_plus(o["object"]["key"])) for o in objects]}
