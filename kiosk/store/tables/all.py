"""Every table, so that migrations and tests see the whole store."""

from kiosk.store.tables import device, door, orders, printing, seats
from kiosk.store.tables.names import Table

NOUNS = (device, door, orders, printing, seats)
metadata = Table.metadata
