"""The clocks as they are shipped, with where each rule comes from. Another rule is another version beside the first.

The investigation's own clocks are in `dems.model.clocks.investigation`, those of what runs beside it in `dems.model.clocks.beside`.
"""

from dems.model.clocks.beside import BESIDE
from dems.model.clocks.definitions import ClockDefinition
from dems.model.clocks.investigation import INVESTIGATION

CLOCKS: tuple[ClockDefinition, ...] = (*INVESTIGATION, *BESIDE)
"""All of them."""
