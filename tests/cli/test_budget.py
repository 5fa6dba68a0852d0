"""What an upload may hold in memory, and that memory is used again without mixing up whose bytes are in it."""

from dems.cli.upload.parcels import Budget

MIB = 2**20


def test_no_more_is_taken_than_there_is_but_a_single_part_may_be_larger() -> None:
    budget = Budget(10 * MIB)
    assert budget.take(12 * MIB)
    assert not budget.take(1)
    budget.give_back(12 * MIB)
    assert budget.take(6 * MIB)
    assert not budget.take(5 * MIB)
    assert budget.take(4 * MIB)
    assert budget.taken == 10 * MIB


def test_memory_of_what_was_sent_is_used_for_the_next_part_of_that_size() -> None:
    budget = Budget(10 * MIB)
    assert budget.take(2 * MIB)
    first = budget.memory(2 * MIB)
    assert budget.take(2 * MIB)
    assert budget.memory(2 * MIB) is not first, "it is in somebody's hands"
    budget.give_back(2 * MIB, first)
    assert budget.take(2 * MIB)
    assert budget.memory(2 * MIB) is first


def test_memory_of_another_size_is_let_go() -> None:
    budget = Budget(10 * MIB)
    assert budget.take(2 * MIB)
    first = budget.memory(2 * MIB)
    budget.give_back(2 * MIB, first)
    assert budget.take(3 * MIB)
    assert len(budget.memory(3 * MIB)) == 3 * MIB
    assert budget.kept == 0


def test_what_is_kept_counts_but_for_one_part() -> None:
    budget = Budget(10 * MIB)
    held = []
    for _ in range(5):
        assert budget.take(2 * MIB)
        held.append(budget.memory(2 * MIB))
    for memory in held:
        budget.give_back(2 * MIB, memory)
    assert budget.kept == 10 * MIB
    for _ in range(9):
        assert budget.take(MIB)
    assert budget.taken + budget.kept <= 10 * MIB + 2 * MIB


def test_small_files_leave_nothing_behind() -> None:
    budget = Budget(10 * MIB)
    assert budget.take(20_000)
    budget.give_back(20_000, budget.memory(20_000))
    assert budget.kept == 0
