"""Which gateway the shop pays through, by the settings."""

from ledger.config import Incomplete
from ledger.gateways.port import Gateway
from ledger.gateways.pretend import PretendGateway
from ledger.running import Running


def gateway(ledger: Running) -> Gateway | None:
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
