"""What stops a lobby from opening is said in one sentence."""

import socket

import pytest

from lobby import opening
from lobby.folder import CannotStart
from lobby.programs import HOST, Ports
from tests.parts.lobby.host import free_base

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("taken", ["printer", "mail", "lobby"])
def test_a_port_that_somebody_takes_while_it_opens_is_named(taken, tmp_path):
    ports = Ports(free_base())
    number = getattr(ports, taken)

    with (
        socket.create_server((HOST, number)),
        pytest.raises(CannotStart, match=f"^Port {number} is taken, perhaps by another"),
        opening.opened(ports, tmp_path),
    ):
        pytest.fail("it opened")
