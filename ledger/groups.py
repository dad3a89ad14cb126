"""Groups: an order that its leader collects for everybody, such as a school class.

An order is a group's by the group's name. Its leader may be another than who ordered; the
tickets are handed out to either. Source: lobby.md §2, docs/decisions/0021.
"""

from dataclasses import dataclass
from typing import Final

from boxoffice.will_call import same_name
from ledger.patrons import Patron
from ledger.tables.orders import OrderRow


@dataclass(frozen=True)
class Group:
    """Who comes together, and who collects for them. Without a name there is no group."""

    name: str = ""
    leader: str = ""


NONE: Final = Group()


def of(order: OrderRow) -> Group:
    """Give the group of an order; `NONE` if it is nobody's."""
    return Group(order.group_name or "", order.group_leader or "")


def mark(order: OrderRow, group: Group) -> None:
    """Make an order a group's, or nobody's."""
    order.group_name, order.group_leader = group.name or None, group.leader or None


def leader_collects_as(order: OrderRow) -> str:
    """Give the name that its leader is asked for at collection; blank: no leader."""
    return Patron(order.group_leader or "").collects_as


def leads(order: OrderRow, last_name: str) -> bool:
    """Whether this is the last name of the order's leader, spelt as COL1 allows."""
    return same_name(last_name, leader_collects_as(order))
