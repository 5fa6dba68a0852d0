"""How much of an upload may be on its way at once."""

from dems.cli.upload.parcels import Budget, weight_of

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


def test_parts_of_a_file_of_terabytes_are_on_their_way_side_by_side() -> None:
    assert weight_of(20_000) < weight_of(10 * MIB) < weight_of(16 * MIB) == weight_of(600 * MIB) < 17 * MIB
