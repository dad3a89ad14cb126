"""What Stripe and SumUp answer, on a port of this machine, so that their own SDKs parse it.

Each keeps a book of its own and does with the next card what `outcome` says.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, jsonify, request
from werkzeug.serving import make_server


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve an app on a free port; give its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(5)


@dataclass
class Stripe:
    """Readers and payment intents. outcome: approve, decline, part, or wait for a card."""

    outcome: str = "approve"
    online: bool = True
    down: bool = False
    intents: dict[str, dict[str, Any]] = field(default_factory=dict)
    action: dict[str, Any] | None = None
    keys: dict[str, str] = field(default_factory=dict)
    refunds: list[int] = field(default_factory=list)
    made: list[dict[str, Any]] = field(default_factory=list)
    redisplay: str = ""
    customers: int = 0

    def app(self) -> Flask:
        app = Flask("stripe")
        app.add_url_rule("/v1/customers", view_func=self._customer, methods=["POST"])
        app.before_request(self._down)
        app.add_url_rule("/v1/payment_intents", view_func=self._list, methods=["GET"])
        app.add_url_rule(
            "/v1/payment_intents", "create", view_func=self._create, methods=["POST"]
        )
        app.add_url_rule("/v1/payment_intents/<id>", view_func=self._retrieve)
        app.add_url_rule(
            "/v1/payment_intents/<id>/<act>", view_func=self._act, methods=["POST"]
        )
        app.add_url_rule("/v1/terminal/readers/<id>", view_func=self._reader)
        app.add_url_rule(
            "/v1/terminal/readers/<id>/<act>", view_func=self._at, methods=["POST"]
        )
        app.add_url_rule("/v1/refunds", view_func=self._refund, methods=["POST"])
        app.add_url_rule("/v1/refunds", "refunds", self._refunds)
        return app

    def _down(self) -> Response | None:
        if not self.down:
            return None
        answer = jsonify(error={"type": "api_error", "message": "later"})
        answer.status_code = 503
        return answer

    def _customer(self) -> Any:
        self.customers += 1
        return {"id": f"cus_{self.customers}", "object": "customer"}

    def _list(self) -> Any:
        data = list(reversed(self.intents.values()))
        return {"object": "list", "data": data, "has_more": False, "url": request.path}

    def _create(self) -> Any:
        key = request.headers["Idempotency-Key"]
        if key not in self.keys:
            id = f"pi_{len(self.intents) + 1}"
            self.keys[key] = id
            self.intents[id] = {
                "id": id,
                "object": "payment_intent",
                "amount": int(request.form["amount"]),
                "amount_capturable": 0,
                "amount_received": 0,
                "currency": request.form["currency"],
                "status": "requires_payment_method",
                "metadata": {"key": request.form["metadata[key]"]},
                "latest_charge": None,
                "last_payment_error": None,
                "capture_method": request.form["capture_method"],
                "customer": request.form.get("customer"),
                "setup_future_usage": request.form.get("setup_future_usage"),
            }
        return self.intents[self.keys[key]]

    def _retrieve(self, id: str) -> Any:
        return self.intents[id]

    def _act(self, id: str, act: str) -> Any:
        intent = self.intents[id]
        allowed = {
            "capture": {"requires_capture"},
            "cancel": {"requires_payment_method", "requires_capture"},
        }
        if intent["status"] not in allowed[act]:
            return _no("payment_intent_unexpected_state")
        if act == "capture":
            intent["amount_received"] = intent["amount_capturable"]
            intent |= {"status": "succeeded", "amount_capturable": 0}
        else:
            intent["status"] = "canceled"
        return intent

    def _reader(self, id: str) -> Any:
        return {
            "id": id,
            "object": "terminal.reader",
            "status": "online" if self.online else "offline",
            "action": self.action,
        }

    def _at(self, id: str, act: str) -> Any:
        if act == "cancel_action":
            self.action = None
            return self._reader(id)
        if self.action and self.action["status"] == "in_progress":
            return _no("terminal_reader_busy")
        intent = request.form["payment_intent"]
        self.redisplay = request.form.get("process_config[allow_redisplay]", "")
        self.action = {
            "type": "process_payment_intent",
            "status": "in_progress",
            "failure_code": None,
            "failure_message": None,
            "process_payment_intent": {"payment_intent": intent},
        }
        if self.outcome != "wait":
            self.card(self.outcome)
        return self._reader(id)

    def card(self, outcome: str) -> None:
        """A card is held to the reader."""
        assert self.action is not None
        intent = self.intents[self.action["process_payment_intent"]["payment_intent"]]
        if outcome == "decline":
            why = {"failure_code": "card_declined", "failure_message": "No money."}
            self.action |= {"status": "failed", **why}
            intent["last_payment_error"] = {"message": "No money."}
            return
        if outcome == "removed":
            why = {"failure_code": "card_removed", "failure_message": "Card removed."}
            self.action |= {"status": "failed", **why}
            return
        amount = intent["amount"] // 2 if outcome == "part" else intent["amount"]
        card = {"brand": "visa", "last4": "4242"}
        charge = {"id": "ch_1", "object": "charge", "refunded": False}
        if intent.get("setup_future_usage") and self.redisplay == "limited":
            card |= {"generated_card": "pm_1", "exp_year": 2031, "exp_month": 4}
        charge["payment_method_details"] = {"card_present": card}
        intent |= {"status": "requires_capture", "amount_capturable": amount}
        intent["latest_charge"] = charge
        if intent["capture_method"] == "automatic":
            taken = {"amount_received": amount, "amount_capturable": 0}
            intent |= {"status": "succeeded", **taken}
        self.action["status"] = "succeeded"

    def _refund(self) -> Any:
        intent, amount = (
            self.intents[request.form["payment_intent"]],
            request.form["amount"],
        )
        made = {
            "id": f"re_{len(self.made) + 1}",
            "object": "refund",
            "status": "succeeded",
            "payment_intent": intent["id"],
            "metadata": {"key": request.form.get("metadata[key]", "")},
        }
        self.made.append(made)
        self.refunds.append(int(amount))
        intent["latest_charge"]["refunded"] = True
        return made

    def _refunds(self) -> Any:
        of = request.args["payment_intent"]
        data = [one for one in self.made if one["payment_intent"] == of]
        return {"object": "list", "data": data, "has_more": False, "url": request.path}


def _no(code: str) -> Response:
    error = {"type": "invalid_request_error", "code": code, "message": code}
    answer = jsonify(error=error)
    answer.status_code = 400
    return answer


@dataclass
class SumUp:
    """One Solo. outcome: approve, decline, or wait for a card."""

    outcome: str = "approve"
    online: bool = True
    down: bool = False
    state: str = "IDLE"
    waiting: dict[str, Any] | None = None
    mute: bool = False
    refuses: bool = False
    book: dict[str, dict[str, Any]] = field(default_factory=dict)

    def app(self) -> Flask:
        app = Flask("sumup")
        app.before_request(self._down)
        reader = "/v0.1/merchants/<merchant>/readers/<reader>"
        app.add_url_rule(f"{reader}/status", view_func=self._status)
        app.add_url_rule(f"{reader}/checkout", view_func=self._checkout, methods=["POST"])
        app.add_url_rule(f"{reader}/terminate", view_func=self._stop, methods=["POST"])
        app.add_url_rule("/v2.1/merchants/<merchant>/transactions", view_func=self._get)
        for path in (
            "/v1.0/merchants/<merchant>/payments/<id>/refunds",
            "/v0.1/me/refund/<id>",
        ):
            app.add_url_rule(path, path, view_func=self._refund, methods=["POST"])
        return app

    def _down(self) -> tuple[Any, int] | None:
        return ({"title": "later"}, 503) if self.down else None

    def _status(self, merchant: str, reader: str) -> Any:
        status = "ONLINE" if self.online else "OFFLINE"
        return {"data": {"status": status, "state": self.state}}

    def _checkout(self, merchant: str, reader: str) -> Any:
        if self.state != "IDLE":
            return {"title": "busy"}, 409
        self.waiting = request.get_json()
        self.state = "WAITING_FOR_CARD"
        if self.outcome != "wait":
            self.card(self.outcome)
        return {"data": {"client_transaction_id": "ct-1"}}, 201

    def _stop(self, merchant: str, reader: str) -> Any:
        self.state, self.waiting = "IDLE", None
        return "", 202

    def card(self, outcome: str) -> None:
        """A card is held to the Solo."""
        assert self.waiting is not None
        total, key = self.waiting["total_amount"], self.waiting["affiliate"]
        done = "SUCCESSFUL" if outcome == "approve" else "FAILED"
        self.book[key["foreign_transaction_id"]] = {
            "id": f"tx-{len(self.book) + 1}",
            "transaction_code": "TEENSK4W2K",
            "amount": total["value"] / 10 ** total["minor_unit"],
            "currency": total["currency"],
            "status": done,
            "simple_status": done,
            "card": {"type": "VISA", "last_4_digits": "4242"},
        }
        self.state, self.waiting = "IDLE", None

    def _get(self, merchant: str) -> Any:
        found = self.book.get(request.args["foreign_transaction_id"])
        return found or ({"title": "not found"}, 404)

    def _refund(self, merchant: str = "", id: str = "") -> Any:
        if self.refuses:
            return {"title": "not refundable"}, 409
        said = (request.get_json(silent=True) or {}).get("amount")
        for found in self.book.values():
            if found["id"] == id:
                found["simple_status"] = "REFUNDED"
                back = {"type": "REFUND", "status": "REFUNDED"}
                back["amount"] = said or found["amount"]
                found.setdefault("events", []).append(back)
        return ({"title": "lost"}, 503) if self.mute else ({}, 201)
