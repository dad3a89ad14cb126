"""Money that kiosks took with SumUp Solos goes back to the card by itself.

SumUp knows no key of ours for a refund. So that one is never given twice, the transaction
is asked first what went back of it already: what is more than we know of is the refund that
a lost answer left in doubt. One that does not show either is not asked for again. Needs the
extra `sumup`; delete this file and it is gone.
"""

from typing import Any, Final

import sumup
from sumup import errors

from boxoffice import money
from ledger.gateways.port import Charge, Down, InDoubt

PATIENT_S: Final = 8.0
_NEVER: Final = {400, 409, 422}
_FAILED: Final = {"FAILED"}
# From here on an answer says nothing about what was done.
_SERVERS_OWN: Final = 500


class SumUpRefunds:
    """One merchant's charges. secret: an API key. address: for tests."""

    name = "sumup"

    def __init__(
        self, merchant: str, secret: str, *, address: str = "https://api.sumup.com"
    ) -> None:
        self._merchant = merchant
        self._client = sumup.Sumup(api_key=secret, base_url=address, timeout=PATIENT_S)

    def refund(self, charge: Charge, *, key: str, amount: int) -> str:
        """Give some back; "" once that is done, or why it never will be.

        Raises Down, before SumUp was told; InDoubt after.
        """
        if self.given(charge, amount=amount):
            return ""
        found = self._find(charge.key)
        decimals = money.decimals(str(found.currency or "EUR"))
        try:
            self._client.transactions.refund(
                self._merchant, str(found.id), amount=amount / 10**decimals
            )
        except errors.APIStatusError as why:
            if why.status in _NEVER:
                return f"SumUp refused it ({why.status})"
            if why.status < _SERVERS_OWN:
                raise Down(str(why.status)) from why
            raise InDoubt(str(why.status)) from why
        except (errors.SumupError, ValueError) as why:
            raise InDoubt(type(why).__name__) from why
        return ""

    def given(self, charge: Charge, *, amount: int) -> bool:
        """Whether the transaction shows that this much more went back."""
        found = self._find(charge.key)
        decimals = money.decimals(str(found.currency or "EUR"))
        return _given(found, decimals) >= charge.given + amount

    def _find(self, key: str) -> Any:
        try:
            return self._client.transactions.get(self._merchant, foreign_transaction_id=key)
        except (errors.SumupError, ValueError) as why:
            raise Down(type(why).__name__) from why


def _given(found: Any, decimals: int) -> int:
    """Say how much of a transaction went back, or is on its way, in minor units."""
    back = [
        event
        for event in found.events or ()
        if event.type == "REFUND" and event.status not in _FAILED
    ]
    if not back and str(found.simple_status or "") == "REFUNDED":
        return _cents(found.amount, decimals)
    return sum(_cents(event.amount, decimals) for event in back)


def _cents(amount: float | None, decimals: int) -> int:
    return abs(round((amount or 0.0) * float(10**decimals)))
