"""Commands of the ledger. `python -m ledger --help` lists them."""

import argparse
import logging
import os
import sys
from collections.abc import Callable, Sequence

import structlog
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

from boxoffice.palettes import BadTheme
from ledger import backup, config, engines, history, keys
from ledger.commands import copies, devices, houses, opened, serving


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and give its exit status."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        cache_logger_on_first_use=True,
    )
    # Requests wait for a thread now and then; saying so each time makes them wait more.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    asked = _parser().parse_args(arguments)
    try:
        if "theme" in asked:
            # On any machine, before the folder is copied to where it is used.
            return houses.measure(asked)
        settings = config.read(os.environ)
        settings.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        command: Callable[[config.Config, argparse.Namespace], int] = asked.command
        return command(settings, asked)
    except (
        opened.Stopped,
        config.Incomplete,
        engines.InUse,
        history.NotMigrated,
        keys.NoKey,
        backup.NotACopy,
        BadTheme,
        ArgumentError,
    ) as why:
        print(why, file=sys.stderr)
    except OperationalError as why:
        print(f"The database cannot be used: {_first_line(why)}.", file=sys.stderr)
    except DatabaseError as why:
        print(
            f"The database is not what it should be: {_first_line(why)}.", file=sys.stderr
        )
    except OSError as why:
        name = f" ({why.filename})" if why.filename else ""
        print(f"The ledger cannot go on: {why.strerror}{name}.", file=sys.stderr)
    return 1


def _first_line(why: DatabaseError) -> str:
    return str(why.orig).strip().splitlines()[0].rstrip(".") if why.orig else "no reason"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ledger", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, command: Callable[..., int]) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=command.__doc__, description=command.__doc__)
        made.set_defaults(command=command)
        return made

    add("migrate", houses.migrate)
    add("demo", houses.demo)
    house = add("open-house", houses.open_house)
    house.add_argument("--name", required=True, help="of the theatre")
    house.add_argument("--currency", required=True, help="in which it sells, such as EUR")
    house.add_argument("--zone", required=True, help="such as Europe/Copenhagen")
    house.add_argument("--manager", required=True, help="name of the first manager")
    house.add_argument("--login", required=True, help="with which the manager logs in")
    house.add_argument(
        "--stdin", action="store_true", help="read the password there, do not ask"
    )
    add("serve", serving.serve).add_argument(
        "--demo", action="store_true", help="migrate and fill an empty book before"
    )
    chart = add("import-chart", houses.import_chart)
    chart.add_argument("file", help="a seating plan in pretix's JSON format")
    chart.add_argument("--name", help="of the hall; usually the plan's")
    add("theme", houses.measure).add_argument(
        "theme", metavar="FOLDER", help="where its theme.toml is"
    )
    device = add("invite", devices.invite)
    device.add_argument("--name", required=True, help="of the device, such as Kiosk 1")
    device.add_argument("--role", required=True, choices=("kiosk", "door"))
    device.add_argument("--place", help="where it stands; usually its name")
    device.add_argument("--url", help="where it reaches this ledger")
    device.add_argument("--out", help="a file to write to; usually the terminal")
    copy = add("backup", copies.back_up)
    copy.add_argument(
        "file", nargs="?", help="where the copy goes; usually beside the book"
    )
    back = add("restore", copies.restore)
    back.add_argument("file", nargs="?", help="a copy made by backup")
    add("verify", copies.verify).add_argument(
        "file", nargs="?", help="a copy, not the book"
    )
    off = add("strike-off", devices.strike_off)
    off.add_argument("--name", required=True, help="of the device")
    off.add_argument("--staff", required=True, help="who decides")
    off.add_argument("--reason", required=True, help="why")
    return parser


if __name__ == "__main__":
    sys.exit(main())
