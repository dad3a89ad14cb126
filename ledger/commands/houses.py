"""Make a book, and put a house into it."""

import argparse
import importlib
import sys
from getpass import getpass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice import money, palettes
from boxoffice.bad_input import BadInput
from ledger import accounts, book, catalogue, config, engines, history, store, theme
from ledger.clock import Means
from ledger.commands import opened
from ledger.tables.house import HouseRow


def migrate(settings: config.Config, _: argparse.Namespace) -> int:
    """Make the tables, or bring them up to this version."""
    lock = None if not settings.on_sqlite else engines.lock(opened.lock_file(settings))
    try:
        history.upgrade(settings.database)
    finally:
        if lock:
            lock.close()
    kept = store.Store(settings.database, lock=opened.lock_file(settings))
    try:
        kept.write(book.begin, Means(opened.clock_of(settings)()))
    finally:
        kept.close()
    return 0


def demo(settings: config.Config, _: argparse.Namespace) -> int:
    """Fill an empty book with a small theatre to play with."""
    with opened.Open(settings) as ledger:
        house = importlib.import_module("ledger.demo")
        house.fill(
            ledger.store,
            settings.directory,
            ledger.means(),
            public_url=settings.public_url,
        )
    return 0


def open_house(settings: config.Config, asked: argparse.Namespace) -> int:
    """Put a theatre and its first manager into an empty book."""
    password = sys.stdin.readline().rstrip("\n") if asked.stdin else getpass("Password: ")
    # Before anything is written: what is wrong should cost no second try.
    try:
        money.decimals(asked.currency)
        ZoneInfo(asked.zone)
    except (BadInput, ZoneInfoNotFoundError, ValueError):
        raise opened.Stopped(
            f"{asked.currency} in {asked.zone}: please give a currency such as EUR, and a"
            " time zone such as Europe/Copenhagen."
        ) from None

    def use_case(session: Session, means: Means) -> None:
        if session.scalar(select(HouseRow.id)) is not None:
            raise opened.Stopped("There is a house in this book already.")
        done = catalogue.open_house(
            session, means, name=asked.name, currency=asked.currency, zone=asked.zone
        )
        assert isinstance(done, str), "the usual hold is long enough"
        accounts.hire(
            session,
            means,
            name=asked.manager,
            login=asked.login,
            password=password,
            pin="",
            roles=["manager"],
            by="",
        )

    with opened.Open(settings) as ledger:
        try:
            ledger.store.write(use_case, ledger.means())
        except accounts.Unfit as why:
            raise opened.Stopped(str(why)) from None
    print(f"{asked.name} is open: {asked.manager} logs in as {asked.login}.")
    return 0


def measure(asked: argparse.Namespace) -> int:
    """Say how the colours of a theme stand out; refuse one that some cannot read."""
    for line in palettes.lines(theme.read(Path(asked.theme)).colours):
        print(line)
    return 0


def import_chart(settings: config.Config, asked: argparse.Namespace) -> int:
    """Import a seating plan as a new hall."""
    from ledger import catalogue, halls, plans

    try:
        plan = plans.read(Path(asked.file).read_bytes())
    except plans.BadPlan as why:
        raise opened.Stopped(f"{asked.file}: {why}") from None
    name = asked.name or plan.name
    with opened.Open(settings) as ledger:
        hall = halls.of(plan.chart, plan.names)
        ledger.store.write(catalogue.add_hall, ledger.means(), name=name, plan=hall)
    print(f"{name}: {len(plan.chart.seats)} seats in {len(plan.chart.rows)} rows.")
    return 0
