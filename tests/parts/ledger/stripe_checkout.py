"""What Stripe Checkout answers, on a port of this machine, for Stripe's own library.

It keeps a book of its own; `card` is what a patron does on its page.
"""

from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, jsonify, request


@dataclass
class StripeCheckout:
    """Sessions, payment intents and charges, in the shapes of Stripe's API.

    silent: a refund is made, or a kept card charged, and the answer gets lost. refunds: by
    idempotency key. bank: what it says of a kept card; blank: it approves. deaf: a
    confirmation never arrives. customers: who have a card here.
    """

    down: bool = False
    sessions: dict[str, dict[str, Any]] = field(default_factory=dict)
    intents: dict[str, dict[str, Any]] = field(default_factory=dict)
    charges: list[dict[str, Any]] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)
    refunds: dict[str, dict[str, Any]] = field(default_factory=dict)
    silent: bool = False
    bank: str = ""
    deaf: bool = False
    customers: set[str] = field(default_factory=set)

    def app(self) -> Flask:
        app = Flask("stripe-checkout")
        app.before_request(self._down)
        post = {"methods": ["POST"]}
        app.add_url_rule("/v1/checkout/sessions", "create", self._create, **post)
        app.add_url_rule("/v1/checkout/sessions/<id>", "look", self._look)
        app.add_url_rule("/v1/checkout/sessions/<id>/expire", "end", self._expire, **post)
        app.add_url_rule("/v1/payment_intents/<id>/<act>", "act", self._act, **post)
        app.add_url_rule("/v1/payment_intents", "make", self._make, **post)
        app.add_url_rule("/v1/payment_intents/<id>", "intent", self._intent)
        app.add_url_rule("/v1/customers/<id>", "go", self._go, methods=["DELETE"])
        app.add_url_rule("/v1/charges", "charges", self._charges)
        app.add_url_rule("/v1/refunds", "refund", self._refund, **post)
        app.add_url_rule("/v1/refunds", "refunds", self._refunds)
        return app

    def card(self, session: str, *, approve: bool = True, **checks: str) -> None:
        """A patron types a card. checks: what the bank says of address and code."""
        made = self.sessions[session]
        intent = self.intents.setdefault(
            f"pi_{session}",
            {
                "id": f"pi_{session}",
                "object": "payment_intent",
                "amount": made["amount_total"],
                "amount_capturable": 0,
                "amount_received": 0,
                "status": "requires_payment_method",
                "last_payment_error": None,
                "latest_charge": None,
            },
        )
        made["payment_intent"] = intent["id"]
        if approve and made["keeps"]:
            kept = {"customer": "cus_1", "payment_method": "pm_1"}
            intent |= {"setup_future_usage": "off_session"} | kept
            self.customers.add("cus_1")
        charge = {
            "id": f"ch_{len(self.charges) + 1}",
            "object": "charge",
            "payment_intent": intent["id"],
            "status": "succeeded" if approve else "failed",
            "payment_method_details": {
                "type": "card",
                "card": {
                    "brand": "visa",
                    "last4": "4242",
                    "exp_month": 4,
                    "exp_year": made["expires"],
                    "checks": checks,
                },
            },
        }
        self.charges.append(charge)
        intent["latest_charge"] = charge["id"]
        if not approve:
            intent["last_payment_error"] = {"type": "card_error", "code": "card_declined"}
            return
        intent |= {"status": "requires_capture", "amount_capturable": intent["amount"]}
        made["status"] = "complete"

    def _down(self) -> Response | None:
        if not self.down:
            return None
        answer = jsonify(error={"type": "api_error", "message": "later"})
        answer.status_code = 503
        return answer

    def _create(self) -> Any:
        key = request.headers["Idempotency-Key"]
        assert request.form["payment_intent_data[capture_method]"] == "manual"
        if key not in self.keys:
            id = f"cs_{len(self.sessions) + 1}"
            self.keys[key] = id
            self.sessions[id] = {
                "id": id,
                "object": "checkout.session",
                "status": "open",
                "amount_total": int(request.form["line_items[0][price_data][unit_amount]"]),
                "payment_intent": None,
                "expires": 2039,
                "keeps": self._keeps(),
                "success_url": request.form["success_url"],
                "url": f"https://checkout.stripe.com/c/pay/{id}",
            }
        return self._shown(self.keys[key])

    def _keeps(self) -> bool:
        asked = request.form.get("payment_intent_data[setup_future_usage]")
        # A card of nobody cannot be charged later.
        assert not asked or request.form["customer_creation"] == "always"
        return asked == "off_session"

    def _make(self) -> Any:
        key, said = request.headers["Idempotency-Key"], request.form
        if said["customer"] not in self.customers:
            return _no(f"No such customer: '{said['customer']}'")
        if key not in self.keys:
            self.keys[key] = f"pi_{len(self.keys)}_kept"
            self.intents[self.keys[key]] = {
                "id": self.keys[key],
                "object": "payment_intent",
                "amount": int(said["amount"]),
                "amount_received": 0,
                "status": "requires_confirmation",
                "last_payment_error": None,
                "metadata": {"key": said["metadata[key]"]},
            }
        return self.intents[self.keys[key]]

    def _intent(self, id: str) -> Any:
        return self.intents[id]

    def _confirm(self, intent: dict[str, Any]) -> Any:
        assert request.form["off_session"] == "true"
        if self.deaf:
            return _lost()
        if intent["status"] != "requires_confirmation":
            return _no("payment_intent_unexpected_state")
        if self.bank:
            error = {"type": "card_error", "code": "card_declined", "message": "no"}
            error["decline_code"] = self.bank
            intent |= {"status": "requires_payment_method", "last_payment_error": error}
            answer = jsonify(error=error)
            answer.status_code = 402
            return answer
        intent |= {"status": "succeeded", "amount_received": intent["amount"]}
        return _lost() if self.silent else intent

    def _go(self, id: str) -> Any:
        if id not in self.customers:
            return _no(f"No such customer: '{id}'")
        self.customers.remove(id)
        return {"id": id, "object": "customer", "deleted": True}

    def _look(self, id: str) -> Any:
        return self._shown(id)

    def _shown(self, id: str) -> Any:
        shown = dict(self.sessions[id])
        intent = self.intents.get(str(shown["payment_intent"]))
        if intent is not None and any("payment_intent" in v for v in request.args.values()):
            charge = next(
                (c for c in self.charges if c["id"] == intent["latest_charge"]), None
            )
            shown["payment_intent"] = intent | {"latest_charge": charge}
        return shown

    def _expire(self, id: str) -> Any:
        if self.sessions[id]["status"] != "open":
            return _no("This Session is not in an expireable state.")
        self.sessions[id]["status"] = "expired"
        return self._shown(id)

    def _refund(self) -> Any:
        intent = self.intents[request.form["payment_intent"]]
        amount, key = int(request.form["amount"]), request.headers["Idempotency-Key"]
        back = sum(made["amount"] for made in self.refunds.values())
        if key not in self.refunds:
            if back + amount > intent["amount_received"]:
                return _no("Refund amount is greater than unrefunded amount on charge.")
            self.refunds[key] = {
                "id": f"re_{len(self.refunds) + 1}",
                "object": "refund",
                "amount": amount,
                "status": "succeeded",
                "payment_intent": intent["id"],
                "metadata": {"key": request.form["metadata[key]"]},
            }
        return _lost() if self.silent else self.refunds[key]

    def _refunds(self) -> Any:
        of = request.args["payment_intent"]
        made = [one for one in self.refunds.values() if one["payment_intent"] == of]
        return {"object": "list", "data": made, "has_more": False, "url": "/v1/refunds"}

    def _act(self, id: str, act: str) -> Any:
        intent = self.intents[id]
        if act == "confirm":
            return self._confirm(intent)
        if act == "cancel" and intent["status"] == "requires_confirmation":
            intent["status"] = "canceled"
            return intent
        if intent["status"] != "requires_capture":
            return _no("payment_intent_unexpected_state")
        if act == "capture":
            taken = {"amount_received": intent["amount_capturable"], "amount_capturable": 0}
            intent |= {"status": "succeeded"} | taken
        else:
            intent |= {"status": "canceled", "amount_capturable": 0}
        return intent

    def _charges(self) -> Any:
        asked = request.args["payment_intent"]
        data = [charge for charge in self.charges if charge["payment_intent"] == asked]
        return {"object": "list", "data": data, "has_more": False, "url": "/v1/charges"}


def _no(message: str) -> Response:
    answer = jsonify(error={"type": "invalid_request_error", "message": message})
    answer.status_code = 400
    return answer


def _lost() -> Response:
    answer = jsonify(error={"type": "api_error", "message": "lost"})
    answer.status_code = 500
    return answer
