"""What a package holds is listed in little memory, whatever it is called; and a long chain takes no more of it than a short one."""

import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest

from dems.ledger.entry import Entry
from dems.ledger.verifier import Verdict
from dems.package import listing
from dems.package.composing import Composer
from dems.package.folder import Folder
from dems.package.listing import Listing
from dems.package.paths import Paths
from dems.package.places import proof_file
from dems.package.refusal import Refused
from dems.package.verification import Trusted, verify
from tests.ledger.signers import POLICY
from tests.package.making import AT, Made, Making, SmallLog, a_log, about

CHAIN, OTHER = UUID(int=1), UUID(int=2)


def listed(*paths: str) -> Listing:
    made = Listing()
    for number, path in enumerate(paths, start=1):
        made.add(path, number, number * 1000)
    return made


def test_a_listing_is_a_mapping_of_sizes_with_places() -> None:
    paths = ["bagit.txt", proof_file(CHAIN, 1), proof_file(CHAIN, 7), proof_file(OTHER, 2), proof_file(CHAIN, 3), "z"]
    made = listed(*paths)
    assert len(made) == len(list(made)) == 6
    assert set(made) == set(paths)
    assert [made[path] for path in paths] == [1, 2, 3, 4, 5, 6]
    assert [made.place(path) for path in paths] == [(n, n * 1000) for n in range(1, 7)]
    for absent in (proof_file(CHAIN, 2), proof_file(CHAIN, 8), proof_file(UUID(int=3), 1), "Z"):
        assert absent not in made
        with pytest.raises(KeyError):
            made.place(absent)
    made.remove("z")
    assert "z" not in made


@pytest.mark.parametrize("path", ["bagit.txt", proof_file(CHAIN, 1), proof_file(CHAIN, 3)])
def test_a_path_is_listed_once(path: str) -> None:
    made = listed("bagit.txt", proof_file(CHAIN, 1), proof_file(CHAIN, 5), proof_file(CHAIN, 3))
    with pytest.raises(Refused, match="twice"):
        made.add(path, 1)


@pytest.mark.parametrize(
    "paths",
    [
        ("a", "A"),
        (proof_file(CHAIN, 1), proof_file(CHAIN, 1).upper()),
        (proof_file(CHAIN, 1), proof_file(CHAIN, 1).replace("log/", "LOG/")),
        (proof_file(CHAIN, 4), proof_file(CHAIN, 4).replace("00000004", "0000000\uff14")),
        (proof_file(CHAIN, 4), proof_file(CHAIN, 4).replace("00000004", "\uff10000000\uff14")),
        (proof_file(CHAIN, 4), proof_file(CHAIN, 2), proof_file(CHAIN, 2).upper()),
    ],
)
def test_twins_are_refused_of_proofs_too(paths: tuple[str, ...]) -> None:
    with pytest.raises(Refused, match="are one file on some systems"):
        listed(*paths).require_untwinned()
    taken = Paths()
    with pytest.raises(ValueError, match="is taken"):
        [taken.add(path) for path in paths]


def test_proofs_of_different_numbers_and_folders_are_no_twins() -> None:
    fullwidth = proof_file(CHAIN, 4).replace("00000004", "0000000\uff15")
    listed("a", proof_file(CHAIN, 4), proof_file(OTHER, 4), fullwidth).require_untwinned()


def test_too_many_are_refused_by_sort(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MAX_FILES", 2)
    monkeypatch.setattr(listing, "MAX_PROOFS", 3)
    listed("a", *(proof_file(CHAIN, seq) for seq in (1, 2, 3)))
    for one_more in (["b", "c"], [proof_file(OTHER, 1), "b"], [proof_file(CHAIN, seq) for seq in (1, 2, 3, 4)]):
        with pytest.raises(Refused, match="more than 2 files beside 3 proofs"):
            listed("a", *one_more)


def test_proofs_in_a_folder_are_listed_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    paths = [proof_file(CHAIN, seq) for seq in range(1, 200)]
    for path in reversed(paths):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(b"x")
    assert list(Folder(tmp_path).sizes) == paths


# --- long chains ---


def a_long_chain(log: SmallLog, entries: int) -> Made:
    item = Made("ABC/1", b"a recording of a death in custody").sealed_in(log)
    while len(item.entries) < entries:
        item.entry(log, "evidence.access", {"purpose": "review"})
    return item


def most_memory(work: Callable[[], object]) -> int:
    tracemalloc.start()
    work()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is read at once, and held before it is written, is less than these packages are."""
    for module in ("bag_writing", "checking_bag"):
        monkeypatch.setattr(f"dems.package.{module}.PIECE_BYTES", 4_000)
    for module in ("bag_writing", "zip_writing"):
        monkeypatch.setattr(f"dems.package.{module}._HELD_BYTES", 4_000)


@pytest.mark.usefixtures("small_pieces")
def test_checking_a_chain_takes_no_more_memory_for_its_being_long(tmp_path: Path) -> None:
    """But for the twenty bytes of each proof in the listing, and what is not collected yet; an entry with its proof has 2,500."""

    def checking(entries: int) -> int:
        log, path = a_log(), tmp_path / f"{entries}.zip"
        path.write_bytes(Making(log, [a_long_chain(log, entries)]).zip())
        return most_memory(lambda: proved(path))

    def proved(path: Path) -> None:
        assert verify(path, Trusted(POLICY.to_bytes())).verdict is Verdict.PROVED

    checking(10)
    assert checking(900) - checking(200) < 300 * 700


@pytest.mark.usefixtures("small_pieces")
def test_making_a_package_takes_no_more_memory_for_a_chains_being_long() -> None:
    """Entries come one at a time; what waits to be written waits in files."""

    def making(entries: int) -> int:
        log = a_log()
        item = a_long_chain(log, entries)
        listed_item, given = item.listed(here=False), item.entries
        proof = log.proof(item.entries[0], log.checkpoint(), log.frontier.size)

        def one_at_a_time() -> Iterator[Entry]:
            for entry in given:
                yield Entry(bytes(bytearray(entry.leaf)), entry.nonce, bytes(bytearray(entry.detail or b"")))

        def make() -> None:
            with Composer(lambda _: None, about([item]), POLICY.to_bytes(), AT) as composer:
                composer.add_item(listed_item, one_at_a_time(), None)
                composer.close_bag()
                composer.add_later(item.chain, one_at_a_time())
                for seq in range(1, entries + 1):
                    composer.add_proof(item.chain, seq, proof)
                composer.finish()

        return most_memory(make)

    making(10)
    assert making(900) - making(200) < 100 * 700


def test_an_item_comes_with_all_its_entries_and_with_its_bytes_where_it_says_so() -> None:
    item = a_long_chain(a_log(), 5)
    for entries, payload in ((item.entries[:4], [item.data]), (item.entries, None)):
        with (
            Composer(lambda _: None, about([item]), POLICY.to_bytes(), AT) as composer,
            pytest.raises(ValueError, match="an item comes with"),
        ):
            composer.add_item(item.listed(here=True), entries, payload)
