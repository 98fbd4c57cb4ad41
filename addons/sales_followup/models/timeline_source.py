from typing import NamedTuple

from odoo.tools import SQL
from odoo.tools.query import Query


class TimelineSource(NamedTuple):
    """Where one kind of event of the timeline comes from.

    ``query`` must only find what the user may read: take it from the model's own ``_search``.
    """

    kind: str  # technical name, also what the client filters by; several sources may share it
    label: str  # what the filter shows
    icon: str
    model: str
    query: Query
    date: SQL  # when it happened, of the query's main table
    text: tuple = ()  # SQL that a text filter looks into
    title: str = "display_name"  # names of fields, read with the user's own rights
    body: str = ""
    user: str = ""
    amount: str = ""
    currency: str = "currency_id"
    state: str = ""
    is_day: bool = False  # the date has no time of the day
