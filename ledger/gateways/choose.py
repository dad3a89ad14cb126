"""Which gateway the shop pays through, by the settings."""

from typing import Protocol

from ledger.config import Config, Incomplete
from ledger.gateways.port import Gateway, Refunder
from ledger.gateways.pretend import PretendGateway
from ledger.running import Running
from ledger.store import Store


class Books(Protocol):
    """What a gateway is chosen by."""

    @property
    def config(self) -> Config:
        """The settings."""

    @property
    def store(self) -> Store:
        """The book."""


def gateway(ledger: Books) -> Gateway | None:
    """Give the gateway; None: nothing can be paid online here. Raises Incomplete."""
    config = ledger.config
    if config.stripe_key_file is not None:
        # The maker's library is optional: it is loaded where it is used.
        try:
            from ledger.gateways.stripe import StripeGateway
        except ImportError:
            raise Incomplete(
                "FOH_STRIPE_KEY_FILE is set, but Stripe's library is not installed:"
                " install the extra `stripe`."
            ) from None

        secret = config.stripe_key_file.read_text("utf-8").strip()
        return StripeGateway(secret, address=config.stripe_address)
    if config.demo:
        return PretendGateway(ledger.store, f"{config.public_url}/shop/pretend-bank/")
    return None


def refunders(ledger: Running) -> list[Refunder]:
    """Give who gives back besides the gateway: makers of kiosks' terminals.

    Raises Incomplete.
    """
    config = ledger.config
    if config.sumup_key_file is None:
        return []
    try:
        from ledger.gateways.sumup_refunds import SumUpRefunds
    except ImportError:
        raise Incomplete(
            "FOH_SUMUP_KEY_FILE is set, but SumUp's library is not installed: install the"
            " extra `sumup`."
        ) from None

    secret = config.sumup_key_file.read_text("utf-8").strip()
    elsewhere = {"address": config.sumup_address} if config.sumup_address else {}
    return [SumUpRefunds(config.sumup_merchant, secret, **elsewhere)]
