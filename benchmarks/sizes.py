"""How big everything is. Only the sizes that the targets name are judged by them."""

from dataclasses import dataclass

from benchmarks.pairs import PAIRS

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Sizes:
    """In bytes and items."""

    rounds: int
    file: int
    warm: int
    small_file: int
    large_file: int
    small_case: int
    large_case: int
    small_search: int
    page_rounds: int
    direct_file: int
    many_files: int
    few_for_memory: int
    many_for_memory: int
    history_scale: float
    history_copies: int
    history_cases: int
    small_intake: int
    feed_events: int
    timeline: int
    page_views: int
    small_log: int
    large_log: int
    backlog: int
    proofs: int
    few_schedule_rows: int
    many_schedule_rows: int
    sensitive_rows: int
    writes: int
    packaged: int
    decided: int
    schedule_rows: int

    @property
    def full(self) -> bool:
        """Whether these are the sizes that the targets are about; no others are judged."""
        return self == FULL


FULL = Sizes(
    rounds=PAIRS,
    file=512 * MIB,
    warm=64 * MIB,
    small_file=64 * MIB,
    large_file=2048 * MIB,
    small_case=100,
    large_case=200_000,
    small_search=2_000,
    page_rounds=40,
    direct_file=1024 * MIB,
    many_files=5_000,
    few_for_memory=10_000,
    many_for_memory=50_000,
    history_scale=0.1,
    history_copies=90,
    history_cases=1_000,
    small_intake=500,
    feed_events=50_000,
    timeline=500,
    page_views=60,
    small_log=10_000,
    large_log=1_000_000,
    backlog=200_000,
    proofs=2_000,
    few_schedule_rows=1_000,
    many_schedule_rows=10_000,
    sensitive_rows=500,
    writes=16_000,
    packaged=1_000,
    decided=10_000,
    schedule_rows=10_000,
)
QUICK = Sizes(
    rounds=1,
    file=24 * MIB,
    warm=9 * MIB,
    small_file=9 * MIB,
    large_file=24 * MIB,
    small_case=100,
    large_case=2_000,
    small_search=400,
    page_rounds=3,
    direct_file=24 * MIB,
    many_files=60,
    few_for_memory=40,
    many_for_memory=80,
    history_scale=0.01,
    history_copies=20,
    history_cases=20,
    small_intake=50,
    feed_events=1_000,
    timeline=60,
    page_views=5,
    small_log=300,
    large_log=2_000,
    backlog=1_000,
    proofs=50,
    few_schedule_rows=50,
    many_schedule_rows=500,
    sensitive_rows=25,
    writes=400,
    packaged=20,
    decided=60,
    schedule_rows=300,
)
