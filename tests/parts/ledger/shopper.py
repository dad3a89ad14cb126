"""A patron in front of the online shop, without scripts."""

from boxoffice.pricing import Buyer, FeeRule, Seller
from ledger import catalogue
from ledger.gateways import choose
from ledger.worker import cashier
from tests.pages import Guest
from tests.parts.ledger.theatre import price_list


class Shopper(Guest):
    """Buys by pressing what the pages show."""

    def choose_seats(self, performance: str, *seats: str):
        """Tick seats on the evening's page, as somebody without scripts does."""
        self.open(f"/shop/performances/{performance}")
        for seat in seats:
            offered = self.page.tree.iter("input")
            asked = [
                one
                for one in offered
                if (one.get("name"), one.get("value")) == ("seat", seat)
            ]
            assert asked, f"{seat} is not offered"
            asked[0].set("checked", "")
            self.page.filled()
        return self.press("Take these seats")

    def says_who(self, name="Ada Holm", email="ada@example.org"):
        """Go on from the tickets to the summary."""
        self.press("Continue")
        self.type("Name", name)
        self.type("E-mail", email)
        return self.press("Continue")

    def pays(self, answer="Approve"):
        """Pay, and let the pretend bank answer."""
        self.press("Pay ")
        return self.press(answer)


def online_fees(ledger, *performances: str) -> None:
    """Guests pay 2.00 online, 1.75 of it on top."""
    listed = price_list()
    rule = FeeRule(Buyer.GUEST, Seller.ONLINE, fee=200, outside=175)
    for performance in performances:
        with_fees = type(listed)(
            listed.currency, listed.levels, listed.types, (*listed.fees, rule)
        )
        ledger.store.write(catalogue.set_prices, ledger.means(), performance, with_fees)


def settle_left_behind(ledger) -> None:
    """What the worker does once a second."""
    settle = cashier(ledger)
    assert settle is not None, choose
    settle(ledger.means())
