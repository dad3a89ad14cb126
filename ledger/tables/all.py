"""Every table, so that migrations and tests see the whole book."""

from ledger.tables import (
    baskets,
    catalogue,
    contacts,
    copies,
    devices,
    discrepancies,
    doors,
    feed,
    house,
    members,
    memberships,
    money,
    office,
    orders,
    readers,
    records,
    seats,
    settling,
    waiting_list,
    webhooks,
)
from ledger.tables.names import Row

NOUNS = (
    baskets,
    catalogue,
    contacts,
    copies,
    devices,
    discrepancies,
    doors,
    feed,
    house,
    members,
    memberships,
    money,
    office,
    orders,
    readers,
    records,
    seats,
    settling,
    waiting_list,
    webhooks,
)
metadata = Row.metadata
