"""What is to be broken: mutations.txt."""

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
    old: str
    new: str

    @property
    def source(self):
        """The target that is broken."""
        return self.file.split("/")[1]

    @property
    def suite(self):
        """The target whose tests must fail."""
        return self.tests.split(".")[0]

    def applied(self, text):
        """The file's text with the mutation."""
        count = text.count(self.old)
        if count != 1:
            raise TableError(f"{self.number} {self.words}: {self.file} has its old text {count} times: bring mutations.txt up to date")
        return text.replace(self.old, self.new)


def read(top):
    """All mutations; each fits the sources.

    Raises TableError where one does not.
    """
    mutations = []
    blocks = "\n".join(line for line in TABLE.read_text().splitlines() if not line.startswith("#")).split("\n\n")
    for block in filter(None, (block.strip("\n") for block in blocks)):
        words, place, *lines = block.split("\n")
        file, _, tests = place.partition(" -> ")
        sides = {sign: "\n".join(line[2:] for line in lines if line.startswith(sign)) for sign in ("- ", "+ ")}
        if not tests or not all(sides.values()) or not all(line.startswith(tuple(sides)) for line in lines):
            raise TableError(f"this is no mutation:\n{block}")
        mutation = Mutation(len(mutations) + 1, words, file, tests, sides["- "], sides["+ "])
        mutation.applied((Path(top) / file).read_text())
        mutations.append(mutation)
    return mutations


def batches(mutations, dependencies):
    """Mutations that may be built together, as none's tests use what another breaks: building takes most of the time.

    - dependencies: of each target all that it is built from.
    """
    found = []
    for mutation in mutations:
        for batch in found:
            if not any(other.source in dependencies[mutation.suite] or mutation.source in dependencies[other.suite]
                       for other in batch):
                batch.append(mutation)
                break
        else:
            found.append([mutation])
    return found
