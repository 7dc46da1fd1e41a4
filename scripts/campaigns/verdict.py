"""The result for an object: right, or lost, torn, wrong or doubled.

lost      put, its event delivered three times or until it succeeded, and there are neither labels nor was a failure
          reported; what was reported is delivered again, as from an on-failure destination
torn      a part of the results without the others, or parts of different pictures
wrong     whole results that are not those of the object's bytes
doubled   copied once more for the same bytes, though S3's answer to an earlier copy had arrived
"""

import json
from collections import Counter

NAME = "colour"
MARKER = "thimble"
KINDS = ["lost", "torn", "wrong", "doubled"]


def judge(picture, places, marker_place, name=NAME):
    """A kind of `KINDS`, or None where all is right.

    places: for each place that results are written to (metadata, tags) its names and values.
    marker_place: the one of them that has the marker.
    name: the model's.
    """
    verdicts = {judge_place(picture, entries, place == marker_place, name) for place, entries in places.items()}
    if len(verdicts) == 1:
        return verdicts.pop()
    # One place knows what the other does not.
    return "wrong" if "wrong" in verdicts else "torn"


def judge_place(picture, entries, has_marker, name):
    label, score, marker = (entries.get(entry) or None for entry in (name, name + "-score", MARKER))
    wanted = [label, score, marker] if has_marker else [label, score]
    if not any(wanted):
        return "lost"
    if not all(wanted):
        return "torn"
    if has_marker and marker.split("-")[1] != picture.etag[:16]:
        return "wrong" if not picture.is_labelled(label, float(score)) else "torn"
    if picture.is_labelled(label, float(score)):
        return None
    return "torn" if label == picture.label else "wrong"


def is_copy(line):
    return line["method"] == "PUT" and "sourceETag" in line


def copies(lines):
    """How often each object's bytes were copied with an answer that arrived, by key and ETag."""
    entries = [json.loads(line) if isinstance(line, str) else line for line in lines]
    return Counter(
        (entry["key"], entry["sourceETag"].strip('"')) for entry in entries
        if is_copy(entry) and entry["status"] == 200 and "fault" not in entry)


def doubled(lines):
    """The keys and ETags of copies that were made again."""
    return {place: count for place, count in copies(lines).items() if count > 1}
