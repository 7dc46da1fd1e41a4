"""What is to be broken: mutations.txt."""

import re
from dataclasses import dataclass
from pathlib import Path

TABLE = Path(__file__).with_name("mutations.txt")


class TableError(Exception):
    pass


@dataclass(frozen=True)
class Mutation:
    number: int
    words: str
    file: str
    tests: str
    # Around the expression, the expression itself, and what takes its place.
    before: str
    old: str
    after: str
    new: str

    @property
    def target(self):
        """What is broken."""
        return self.file.split("/")[1]

    def applied(self, text):
        """The file's text with both expressions; which one counts is decided when it runs."""
        count = text.count(self.before + self.old + self.after)
        if count != 1:
            raise TableError(f"{self.number} {self.words}: {self.file} has the old text {count} times: bring mutations.txt up to date")
        both = f"(mutant == {self.number} ? ({self.new}) : ({self.old}))"
        return text.replace(self.before + self.old + self.after, self.before + both + self.after)


def parse(text):
    """Raises TableError where four lines are not a mutation."""
    mutations = []
    for block in re.split(r"\n\n+", re.sub(r"^#.*\n", "", text, flags=re.M).strip("\n")):
        match = re.fullmatch(r"(.+)\n(Sources/\S+) -> (\S+)\n(.*)«(.+)»(.*)\n(.+)", block)
        if not match:
            raise TableError(f"this is not a mutation:\n{block}")
        mutations.append(Mutation(len(mutations) + 1, *match.groups()))
    return mutations


def read(top):
    """All mutations; each fits the sources.

    Raises TableError where one does not.
    """
    mutations = parse(TABLE.read_text())
    for mutation in mutations:
        mutation.applied((Path(top) / mutation.file).read_text())
    return mutations
