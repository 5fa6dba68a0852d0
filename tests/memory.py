"""What a process holds."""

from pathlib import Path


def holds(pid: int, *texts: str) -> list[bool]:
    """Whether each text is anywhere in what a process may write to: its heap, its stacks, what it maps for itself."""
    found = [False] * len(texts)
    with Path(f"/proc/{pid}/mem").open("rb") as whole:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            place, rights, *_ = line.split()
            if rights.startswith("rw"):
                start, end = (int(at, 16) for at in place.split("-"))
                whole.seek(start)
                part = whole.read(end - start)
                found = [known or text.encode() in part for known, text in zip(found, texts, strict=True)]
    return found
