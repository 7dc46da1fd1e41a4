"""Measures invocations of Thimble and of Python functions in the emulator.

usage: run.py THIMBLE BOOTSTRAP FOLDER [--rounds N] [--only CASE,...] [--models A,B] [--memory MB,...] [--quick] [--tls]

FOLDER keeps models, images and buckets. A whole run writes docs/performance.md, docs/invocation.svg and the cost table
of docs/deploy.md. scripts/bench-invocation --help explains.
"""

import argparse
import sys
import time
from pathlib import Path

import bars
import cases
import contenders
import deploy
import drawing
import floor
import images
import start
import tables
from compare import turn
from emulator import Network
from results import Results
from session import Session, play

ROUNDS = 7


def arguments():
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("thimble")
    parser.add_argument("bootstrap", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    known = [*cases.TITLES, "adam", "start"]
    parser.add_argument("--only", type=names(known), default=known)
    parser.add_argument("--models", type=names(cases.MODELS), default=cases.MODELS)
    parser.add_argument("--memory", type=lambda text: [int(part) for part in text.split(",")], default=cases.MEMORIES)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--tls", action="store_true")
    options = parser.parse_args()
    options.is_whole = vars(options) == vars(parser.parse_args([options.thimble, str(options.bootstrap),
                                                                 str(options.folder), "--rounds", str(options.rounds)]))
    if options.quick:
        options.rounds = 1
        options.models, options.memory = options.models[:1], options.memory[:1]
    return options


def names(known):
    def read(text):
        unknown = [name for name in text.split(",") if name not in known]
        if unknown:
            raise argparse.ArgumentTypeError(f"{unknown[0]} is not one of {', '.join(known)}")
        return text.split(",")

    return read


def say(text):
    print(f"bench-invocation: {text}", file=sys.stderr, flush=True)


def sessions(options):
    """Those of a round; contenders that are compared follow one another."""
    steps = cases.steps([case for case in options.only if case in cases.TITLES], options.quick)
    groups = []
    if set(options.only) & set(cases.TITLES):
        groups += [[Session(contender, model, memory, options.tls, steps) for contender in contenders.NAMES]
                   for model in options.models for memory in options.memory]
    if "adam" in options.only and "ResNet50" in options.models:
        cold = [step for step in steps if step.case == "cold"]
        groups.append([Session("thimble", cases.ADAM, options.memory[0], True, cold)])
    return groups


def measure(options, results):
    groups = sessions(options)
    count, begin, labels = sum(map(len, groups)) * options.rounds, time.monotonic(), {}
    done = 0
    for index in range(options.rounds):
        for group in groups:
            for session in turn(group, index):
                left = f", {(time.monotonic() - begin) / done * (count - done) / 60:.0f} minutes left" if done else ""
                say(f"round {index + 1} of {options.rounds}: {session.title} ({done + 1} of {count}{left})")
                samples, found = play(session, options.thimble, options.bootstrap, options.folder)
                results.add(session.model, session.memory, session.contender, samples)
                agree(labels, found, session)
                done += 1


def agree(labels, found, session):
    """All contenders compute the same model on the same pixels."""
    for key, label in found.items():
        expected = labels.setdefault((contenders.architecture(session.model), key), label)
        if label != expected:
            raise SystemExit(f"{session.title}: {key} is {label}, others say {expected}")


def find_floors(options, results):
    network, files = Network(), options.folder / "files"
    for model in options.models:
        for kind in images.KINDS:
            results.processor[model, kind] = floor.processor(
                options.thimble, options.folder / f"models/{model}.h5", images.file(files, kind, 0),
                contenders.PREPROCESS[model])
        for step in cases.STEPS:
            if step.case in ("cold", "second"):
                continue
            size = images.mean_size(files, step.kind)
            for memory in options.memory:
                results.floors[model, memory, step.case] = floor.milliseconds(
                    network.latency, network.rate, size, results.processor[model, step.kind], memory)


def main():
    options = arguments()
    results = Results()
    say("making the images and filling the buckets")
    images.make(options.folder / "files")
    models = [*options.models, *([cases.ADAM] if "ResNet50" in options.models else [])]
    images.fill(options.thimble, options.folder, models)
    results.weights = {model: contenders.weight_bytes(options.folder / "models", model) for model in options.models}
    # First, while nothing else runs: once models have been measured the system is busy clearing their memory.
    if "start" in options.only:
        results.start = start.measure(options.bootstrap, options.folder)
        say("the start is not measured: it takes root" if results.start is None else f"start: {results.start:.1f} ms")
    say("measuring what decoding and running take by themselves")
    find_floors(options, results)
    measure(options, results)
    print("\n".join(tables.all_tables(results, options.memory)))
    if options.is_whole:
        tables.write(results, options)
        deploy.write(results)
        drawing.write(results, options.memory)
        say("docs/performance.md, docs/invocation.svg and docs/deploy.md are written")
    sys.exit(0 if all(bar.holds for bar in bars.bars(results)) else 1)


if __name__ == "__main__":
    main()
