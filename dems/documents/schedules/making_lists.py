"""The document of a list of material in the format that was asked for."""

from dems.documents.schedules.making import sent_as
from dems.documents.schedules.of_lists import of_copy, of_list
from dems.documents.schedules.of_schedules import Asked
from dems.steps.documents_made import Made
from dems.usecases.lists.read_list import ListWanted


def list_document(wanted: ListWanted) -> Made:
    """Raises what `ReadList` says, but `NotFound` for a list that is not there."""
    make = of_copy if wanted.passed_on else of_list
    return sent_as(make(wanted.file, wanted.list_id, Asked(wanted.case_reference, "", wanted.at)), wanted.kind)
