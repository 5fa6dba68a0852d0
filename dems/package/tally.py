"""One line for each check, however many items it was made of."""

from dataclasses import dataclass, field

from dems.ledger.verifier import Finding, Verdict

_MOST_SHOWN = 5
_WORSE = (Verdict.FALSE, Verdict.NOT_PROVED)


@dataclass(slots=True)
class Tally:
    """Findings on many items, by check and verdict. Holds the words of a few, and counts all."""

    counts: dict[tuple[str, Verdict], int] = field(default_factory=dict)
    _words: dict[tuple[str, Verdict], list[str]] = field(default_factory=dict)

    def add(self, finding: Finding, subject: str) -> None:
        """Note what a check of one item came to."""
        key = finding.check, finding.verdict
        self.counts[key] = self.counts.get(key, 0) + 1
        said = self._words.setdefault(key, [])
        if len(said) < _MOST_SHOWN:
            said.append(f"{subject}: {finding.words}")

    def finding(self, check: str, when_proved: str) -> Finding:
        """The worst that this check came to, with the words of the first items of which that is true."""
        for verdict in _WORSE:
            count = self.counts.get((check, verdict), 0)
            if count:
                said = self._words[check, verdict]
                more = f"; and {count - len(said)} more" if count > len(said) else ""
                return Finding(check, verdict, "; ".join(said) + more)
        if (check, Verdict.PROVED) not in self.counts:
            return Finding(check, Verdict.NOT_PROVED, "there is nothing to check it on")
        return Finding(check, Verdict.PROVED, when_proved)
