"""What is measured: the cases, and in which order an emulator's life goes through them."""

from typing import NamedTuple

TITLES = {
    "cold": "cold, model in S3, JPEG of 1 MP",
    "second": "second invocation",
    "warm": "warm, JPEG of 1 MP",
    "png": "warm, PNG of 1 MP",
    "batch": "20 JPEGs of 1 MP in one event, an object",
    "large": "warm, JPEG of 12 MP",
}
MODELS = ["MobileNetV2", "ResNet50"]
# As a training job saves it. Looked at cold only, over TLS: of a file whose ranges come unverified over plain HTTP
# Thimble fetches all.
ADAM = "ResNet50-adam"
MEMORIES = [1769, 512]
BATCH = 20


class Step(NamedTuple):
    """Invocations of one kind, one after the other."""

    case: str
    # Of the images, in images.py.
    kind: str
    invocations: int
    objects: int = 1


# In this order, because Max Memory Used is the largest so far: large images come last.
STEPS = [Step("cold", "small", 1), Step("second", "small", 1), Step("warm", "small", 8), Step("png", "png", 3),
         Step("batch", "small", 2, BATCH), Step("large", "large", 3)]


def steps(only, quick):
    """Those of an emulator's life. It begins cold whatever is wanted, and the second invocation is compared with
    later ones."""
    wanted = set(only) | {"cold"}
    if wanted & {"second", "warm", "png", "batch", "large"}:
        wanted |= {"second", "warm"}
    chosen = [step for step in STEPS if step.case in wanted]
    return [step._replace(invocations=min(step.invocations, 3 if step.case == "warm" else 1)) for step in chosen] \
        if quick else chosen


def keys(steps):
    """The keys of each invocation of each step: an image is looked at once."""
    result, used = [], {}
    for step in steps:
        invocations = []
        for _ in range(step.invocations):
            first = used.get(step.kind, 0)
            used[step.kind] = first + step.objects
            invocations.append([key(step.kind, number) for number in range(first, first + step.objects)])
        result.append(invocations)
    return result


def key(kind, number):
    return f"{kind}/{number:03}.{'png' if kind == 'png' else 'jpg'}"
