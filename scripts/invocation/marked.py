"""What scripts write into pages, between two comments."""

from pathlib import Path


def replace(page, mark, lines):
    """Puts lines between `<!-- MARK: begin -->` and `<!-- MARK: end -->`."""
    path = Path(page)
    begin, end = f"<!-- {mark}: begin -->", f"<!-- {mark}: end -->"
    head, rest = path.read_text().split(begin, 1)
    text = "\n".join(lines).strip("\n")
    path.write_text(f"{head}{begin}\n\n{text}\n\n{end}{rest.split(end, 1)[1]}")
