"""Whose fault it is when the effect of an event fails.

What an event says may make no sense; it is set aside and acknowledged, so that it blocks
nobody. A database that is out of room, locked, stopped or gone, or a machine without
memory, says nothing about the event: then the whole batch fails, nothing is acknowledged,
and the device brings it again. Source: sync.md §2.4.
"""

from typing import Any, Final

from sqlalchemy.exc import DBAPIError

# Classes of SQLSTATE that come of what an event says: data, a constraint, a limit of the
# program (a text too long for an index), and what a trigger of ours refuses.
_SAID: Final = {"22", "23", "54", "P0"}
# What SQLite's driver calls the same, and either driver what it cannot hand over.
_NAMED: Final = {"DataError", "IntegrityError", "NotSupportedError", "ProgrammingError"}
_IN_TRANSACTION: Final = 2  # libpq's PQTRANS_INTRANS.


def is_events(trouble: Exception, driver: Any) -> bool:
    """Say whether the event is to be set aside.

    driver: the database's own connection, after the event's savepoint was rolled back.
    """
    if isinstance(trouble, MemoryError) or not goes_on(driver):
        return False
    if not isinstance(trouble, DBAPIError):
        return True
    state = getattr(trouble.orig, "sqlstate", None)
    if state is not None:
        return state[:2] in _SAID
    named = {one.__name__ for one in type(trouble.orig).__mro__}
    return not trouble.connection_invalidated and bool(named & _NAMED)


def goes_on(driver: Any) -> bool:
    """Whether the transaction around the event can still write.

    SQLite ends it by itself on a full disk; all that is heard then is a missing savepoint.
    """
    info = getattr(driver, "info", None)
    if info is None:
        return bool(driver.in_transaction)
    return int(info.transaction_status) == _IN_TRANSACTION
