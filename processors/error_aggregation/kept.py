"""What the parts of the processor share."""

from typing import NamedTuple

from .alarms import Alarms
from .measures import Measures
from .sources import Sources
from .table import Table
from .told import Teller
from .traces import Traces


class Kept(NamedTuple):
    """All that is kept, and counted."""

    sources: Sources
    traces: Traces
    table: Table
    alarms: Alarms
    teller: Teller
    measures: Measures
