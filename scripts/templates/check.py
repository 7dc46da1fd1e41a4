"""Checks templates beyond what cfn-lint knows: SAM can translate them for both processors, no resource waits for
itself, and roles allow what the code calls, and nothing else.

usage: check.py TEMPLATE...
"""

import graphlib
import logging
import re
import sys
from pathlib import Path
from unittest.mock import Mock

from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

# What each call of Sources/S3/Calls/S3Operation.swift takes on an object; the copy also reads and writes the tags.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
ACTIONS = {
    "GetObject": {"s3:GetObject"},
    "CopyObject": {"s3:GetObject", "s3:PutObject", "s3:GetObjectTagging", "s3:PutObjectTagging"},
    "GetObjectTagging": {"s3:GetObjectTagging"},
    "PutObjectTagging": {"s3:PutObjectTagging"},
    "GetObjectAcl": {"s3:GetObjectAcl"},
}
# And on the bucket.
BUCKET_ACTIONS = {"GetBucketOwnershipControls": {"s3:GetBucketOwnershipControls"}}
# With it S3 tells that an object is not there, instead of refusing.
TELLS_ABSENCE = "s3:ListBucket"
# Calls of `thimble check --endpoint` (Sources/S3/Calls/ObjectWriting.swift), which the function never makes.
OF_THE_TOOL = {"PutObject", "DeleteObject"}
# The copy that writes labels; as the S3 event and as EventBridge name it.
COPY = ("s3:ObjectCreated:Copy", "s3:ObjectCreated:*", "CopyObject")


def problems(text, operations):
    """What is wrong, a sentence each.

    `operations` are the names of the S3 calls that the function makes.
    """
    template = yaml_parse(text)
    for architecture in ("x86_64", "arm64"):
        values = {"Architecture": architecture, "Artifacts": "artifacts", "ImageBucket": "images"}
        try:
            translated = transform(yaml_parse(text), values, Mock(load=dict))
        except InvalidDocumentException as error:
            return [": ".join([error.message, *(cause.message for cause in error.causes)])]
    resources = translated["Resources"].values()
    found = circles(translated["Resources"])
    for resource in resources:
        if resource["Type"] == "AWS::IAM::Role":
            found += role_problems(resource["Properties"], operations)
    if not any(resource["Type"] == "AWS::IAM::Role" for resource in resources):
        found.append("there is no role")
    functions = [one for one in template["Resources"].values() if one["Type"] == "AWS::Serverless::Function"]
    if len(functions) == 1:
        found += [f"{word} would call the one function for its own work" for word in COPY if f'"{word}"' in text]
    return found


def circles(resources):
    """Resources that wait for each other: CloudFormation would refuse them only when they are deployed."""
    graph = {name: (set(references(resource)) | set(listed(resource.get("DependsOn", [])))) & set(resources)
             for name, resource in resources.items()}  # fmt: skip
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return [f"a circle of resources that wait for each other: {' <- '.join(error.args[1])}"]
    return []


def references(value):
    """The names that a resource refers to."""
    if isinstance(value, list):
        for item in value:
            yield from references(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key == "Ref":
                yield item
            elif key == "Fn::GetAtt":
                yield item[0] if isinstance(item, list) else item.split(".")[0]
            elif key == "Fn::Sub":
                yield from re.findall(r"\$\{(\w+)", item if isinstance(item, str) else item[0])
            else:
                yield from references(item)


def role_problems(role, operations):
    """Compares what a role allows with what is called."""
    statements = [
        # What is there under a condition counts as there.
        statement["Fn::If"][1] if "Fn::If" in statement else statement
        for policy in role["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
    ]
    named = {statement["Sid"]: set(listed(statement["Action"])) for statement in statements}
    unknown = operations - set(ACTIONS) - set(BUCKET_ACTIONS)
    if unknown:
        yield f"it is not known what {', '.join(sorted(unknown))} takes: tell scripts/templates/check.py"
    for sid, actions, more in (("ReadAndLabelImages", ACTIONS, set()),
                               ("AskTheBucket", BUCKET_ACTIONS, {TELLS_ABSENCE})):  # fmt: skip
        needed = more.union(*(actions.get(operation, set()) for operation in operations))
        allowed = named.get(sid, set())
        if needed != allowed:
            yield (
                f"{sid} lacks {sorted(needed - allowed) or 'nothing'} "
                f"and has {sorted(allowed - needed) or 'nothing'} too much"
            )
    for sid, actions in named.items():
        if any("*" in action for action in actions):
            yield f"{sid} allows {', '.join(sorted(actions))}: name what is needed"
    for statement in statements:
        if "*" in listed(statement["Resource"]):
            yield f"{statement['Sid']} is for all resources: name them"
    if role.get("ManagedPolicyArns"):
        yield "managed policies allow more than is needed"


def listed(value):
    return value if isinstance(value, list) else [value]


def operations():
    """The S3 calls that the function makes."""
    source = Path(__file__).parents[2] / "Sources/S3/Calls/S3Operation.swift"
    return set(re.findall(r'case \w+ = "(\w+)"', source.read_text())) - OF_THE_TOOL


def main(paths):
    logging.getLogger("samtranslator").setLevel(logging.ERROR)
    found = [f"{path}: {problem}" for path in paths for problem in problems(Path(path).read_text(), operations())]
    for problem in found:
        print(problem, file=sys.stderr)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
