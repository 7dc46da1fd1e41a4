"""Finds words that words.txt lists, in the files given, and says what to write instead. Exit code 1: some were found."""

import re
import sys
from bisect import bisect_right
from pathlib import Path

LIST = Path(__file__).with_name("words.txt")


def rules(text):
    for line in text.splitlines():
        if line and not line.startswith("#"):
            pattern, _, advice = line.partition(" -> ")
            yield re.compile(pattern, 0 if re.search(r"[A-Z]", pattern) else re.IGNORECASE), advice


def finds(text, rules):
    """Line numbers, what is there, and the advice. Lines are joined, as a phrase may go on in a comment's next line."""
    flat, starts = "", []
    for line in text.split("\n"):
        starts.append(len(flat))
        flat += re.sub(r"^\s*(///?|#+)? ?", "", line) + " "
    for pattern, advice in rules:
        for match in pattern.finditer(flat):
            yield bisect_right(starts, match.start()), match[0], advice


def main(paths):
    known = list(rules(LIST.read_text()))
    count = 0
    for path in map(Path, paths):
        if path.is_dir() or not path.exists():
            continue  # A link to a folder, whose files git lists by themselves; a file that is deleted.
        for line, words, advice in sorted(finds(path.read_text(), known)):
            print(f"{path}:{line}: \"{words}\": write {advice}")
            count += 1
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
