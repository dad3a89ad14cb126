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
    webhooks,
)
metadata = Row.metadata
