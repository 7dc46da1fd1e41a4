"""The user's side of S3, which may fail as much as the function's."""

import threading
import time

import boto3
import botocore
from botocore.config import Config

NAME = "images"
ATTEMPTS = 200


class Bucket:
    """May be used by several threads at once."""

    def __init__(self, endpoint):
        self.endpoint = endpoint
        self.local = threading.local()

    @property
    def s3(self):
        if not hasattr(self.local, "s3"):
            # What fails is repeated here, with other bytes where that matters.
            self.local.s3 = boto3.session.Session().client(
                "s3", endpoint_url=self.endpoint, region_name="us-east-1", aws_access_key_id="test",
                aws_secret_access_key="test",
                config=Config(retries={"total_max_attempts": 1}, read_timeout=60, s3={"addressing_style": "path"}))
        return self.local.s3

    def put(self, key, make):
        """Puts a picture until S3 says that it has it.

        An answer may be lost though the work was done: no two attempts have the same bytes, so that each picture is
        put once.
        """
        for _ in range(ATTEMPTS):
            picture = make()
            try:
                self.s3.put_object(Bucket=NAME, Key=key, Body=picture.body)
                return picture
            except (botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError):
                time.sleep(0.01)
        raise SystemExit(f"{key} cannot be put")

    def results(self, key, mode):
        """An object's names and values, by the place that they are written to."""
        places = {}
        if mode in ("metadata", "both"):
            places["metadata"] = self.again(lambda: self.s3.head_object(Bucket=NAME, Key=key))["Metadata"]
        if mode in ("tags", "both"):
            tags = self.again(lambda: self.s3.get_object_tagging(Bucket=NAME, Key=key))["TagSet"]
            places["tags"] = {tag["Key"]: tag["Value"] for tag in tags}
        return places

    def again(self, call):
        for _ in range(ATTEMPTS):
            try:
                return call()
            except botocore.exceptions.ClientError as error:
                # Objects are never removed here.
                if error.response["Error"]["Code"] in ("NoSuchKey", "NoSuchBucket"):
                    raise
            except botocore.exceptions.BotoCoreError:
                pass
            time.sleep(0.01)
        raise SystemExit("S3 does not answer")


def event(keys, name="ObjectCreated:Put"):
    """The event that S3 sends for objects."""
    return {"Records": [
        {"eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "us-east-1",
         "eventTime": "2026-01-01T00:00:00.000Z", "eventName": name,
         "s3": {"s3SchemaVersion": "1.0", "bucket": {"name": NAME, "arn": "arn:aws:s3:::" + NAME},
                "object": {"key": key}}}
        for key in keys]}
