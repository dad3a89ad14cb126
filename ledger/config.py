"""Settings, read from the environment once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from boxoffice import themes
from boxoffice.palettes import BadTheme
from boxoffice.themes import Theme
from ledger import theme, tls
from ledger.clock import USUAL_MONTHS, CardTerms

_MOST_MONTHS = 120


class Incomplete(Exception):
    """A setting is missing or makes no sense; the text says which and what to do."""


@dataclass(frozen=True)
class Config:
    """Settings of one ledger process. `systemd/foh-ledger.env.example` explains each.

    database: an SQLAlchemy address. directory: keys, and the database on SQLite.
    copies_by_name: whether a kiosk that is cut off opens an order by number and last name.
    tls_certificate: what the proxy in front shows; devices pin its key.
    statement_minimum: minor units below which a statement carries what it comes to.
    card_months: by brand, how long a card takes its money back; blank: any other (R15).
    theme: colours, fonts and logo of the house, in the shop and on letters.
    """

    directory: Path
    database: str
    host: str = "127.0.0.1"
    port: int = 8401
    public_url: str = "http://127.0.0.1:8401"
    smtp: tuple[str, int] | None = None
    demo: bool = False
    demo_clock: Path | None = None
    secret_key_file: Path | None = None
    stripe_key_file: Path | None = None
    stripe_address: str | None = None
    stripe_reader: str = ""
    sumup_key_file: Path | None = None
    sumup_merchant: str = ""
    sumup_address: str | None = None
    accept_mismatch: bool = False
    copies_by_name: bool = True
    tls_certificate: Path | None = None
    webhook_hosts: frozenset[str] = frozenset()
    wallet_file: Path | None = None
    statement_minimum: int = 10_000
    card_months: Mapping[str, int] = field(default_factory=lambda: {"": USUAL_MONTHS})
    theme: Theme = themes.STANDARD

    @property
    def cards(self) -> CardTerms:
        """How money goes back to cards: by itself where we have the gateway's key."""
        makers = {"sumup"} if self.sumup_key_file is not None else set[str]()
        if self.stripe_key_file is not None:
            makers.add("stripe")
        elif self.demo:
            makers.add("pretend")
        return CardTerms(frozenset(makers), self.card_months)

    @property
    def on_sqlite(self) -> bool:
        """Whether the book is one file, so that one process does all the writing."""
        return self.database.startswith("sqlite")

    @property
    def database_file(self) -> Path | None:
        """The database's file, on SQLite."""
        if not self.on_sqlite:
            return None
        return Path(self.database.split("///", 1)[1].split("?", 1)[0])


def read(environment: Mapping[str, str]) -> Config:
    """Read the settings. Raises Incomplete."""
    folder = environment.get("FOH_LEDGER_DIR", "")
    if not folder:
        raise Incomplete("FOH_LEDGER_DIR is not set: say where the ledger keeps its files.")
    directory = Path(folder).resolve()
    host = environment.get("FOH_LEDGER_HOST", "127.0.0.1")
    port = _port(environment, "FOH_LEDGER_PORT", 8401)
    clock = environment.get("FOH_DEMO_CLOCK")
    secret = environment.get("FOH_SECRET_KEY_FILE")
    stripe = environment.get("FOH_STRIPE_KEY_FILE")
    reader = environment.get("FOH_STRIPE_READER", "")
    if reader and not stripe:
        raise Incomplete("FOH_STRIPE_READER needs a key: set FOH_STRIPE_KEY_FILE, too.")
    sumup = environment.get("FOH_SUMUP_KEY_FILE")
    if sumup and not environment.get("FOH_SUMUP_MERCHANT"):
        raise Incomplete(
            "FOH_SUMUP_KEY_FILE needs to know whose: set FOH_SUMUP_MERCHANT, too."
        )
    demo = environment.get("FOH_DEMO") == "1"
    return Config(
        directory=directory,
        database=environment.get("FOH_LEDGER_URL_DB")
        or f"sqlite:///{directory / 'ledger.sqlite'}",
        host=host,
        port=port,
        public_url=environment.get("FOH_LEDGER_PUBLIC_URL") or f"http://{host}:{port}",
        smtp=_address(environment.get("FOH_SMTP", "")),
        demo=demo,
        demo_clock=Path(clock) if clock and demo else None,
        secret_key_file=Path(secret) if secret else None,
        stripe_key_file=Path(stripe) if stripe else None,
        stripe_address=environment.get("FOH_STRIPE_ADDRESS") or None,
        stripe_reader=reader,
        sumup_key_file=Path(sumup) if sumup else None,
        sumup_merchant=environment.get("FOH_SUMUP_MERCHANT", ""),
        sumup_address=environment.get("FOH_SUMUP_ADDRESS") or None,
        accept_mismatch=environment.get("FOH_ACCEPT_MISMATCH") == "1",
        tls_certificate=_certificate(environment.get("FOH_TLS_CERTIFICATE", "")),
        copies_by_name=environment.get("FOH_COPIES_BY_NAME", "1") != "0",
        wallet_file=_wallet(environment.get("FOH_WALLET_FILE", "")),
        statement_minimum=_minor(environment, "FOH_STATEMENT_MINIMUM", 10_000),
        card_months=_months(environment.get("FOH_CARD_WINDOW_MONTHS", "")),
        theme=_theme(environment.get("FOH_THEME_DIR", "")),
        webhook_hosts=frozenset(
            environment.get("FOH_WEBHOOK_HOSTS", "").lower().replace(",", " ").split()
        ),
    )


def _certificate(text: str) -> Path | None:
    if not text:
        return None
    try:
        tls.pin(Path(text))
    except tls.BadCertificate as why:
        raise Incomplete(f"FOH_TLS_CERTIFICATE: {why}") from None
    return Path(text)


def _wallet(text: str) -> Path | None:
    """Read where the certificates for passes are; what cannot sign is refused at once."""
    if not text:
        return None
    from ledger.documents import wallet

    try:
        wallet.read_signer(Path(text))
    except wallet.BadCertificates as why:
        raise Incomplete(f"FOH_WALLET_FILE: {why}") from None
    return Path(text)


def _theme(text: str) -> Theme:
    try:
        return theme.read(Path(text)) if text else themes.STANDARD
    except BadTheme as why:
        raise Incomplete(f"FOH_THEME_DIR: {why}") from None


def _port(environment: Mapping[str, str], name: str, usual: int) -> int:
    text = environment.get(name, str(usual))
    if not text.isdecimal() or int(text) > 65535:
        raise Incomplete(f"{name} is {text!r}, which is no port.")
    return int(text)


def _minor(environment: Mapping[str, str], name: str, usual: int) -> int:
    text = environment.get(name, str(usual))
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise Incomplete(f"{name} is {text!r}; it should be whole cents, such as {usual}.")
    return int(text)


def _months(text: str) -> Mapping[str, int]:
    """Read `12 AMEX:6`: how many months, and those of brands that differ."""
    months = {"": USUAL_MONTHS}
    for part in text.replace(",", " ").split():
        brand, _, number = part.rpartition(":")
        if not (number.isascii() and number.isdecimal() and int(number) <= _MOST_MONTHS):
            raise Incomplete(
                f"FOH_CARD_WINDOW_MONTHS has {part!r}; it should be months, and brands that"
                " differ, such as 12 AMEX:6."
            )
        months[brand.upper()] = int(number)
    return months


def _address(text: str) -> tuple[str, int] | None:
    if not text:
        return None
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdecimal():
        raise Incomplete(f"FOH_SMTP is {text!r}; it should look like 127.0.0.1:8440.")
    return host, int(port)
