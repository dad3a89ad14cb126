"""A server in a thread is stopped whatever its loop is doing."""

import os
import threading
import time

import pytest
from flask import Flask

from lobby.webserver import WebServer


def test_a_loop_that_somebody_wakes_this_moment_is_stopped_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
):
    server = WebServer(Flask(__name__))
    server.start()
    (thread,) = (one for one in threading.enumerate() if one.name == "web")
    trigger = server._server.trigger
    honest = trigger._physical_pull

    def after_another() -> None:
        os.write(trigger.trigger, b"x")  # A request was answered just before.
        time.sleep(0.05)
        honest()

    monkeypatch.setattr(trigger, "_physical_pull", after_another)
    server.stop()

    assert not thread.is_alive()
    server.stop()  # There is nothing left to do.
