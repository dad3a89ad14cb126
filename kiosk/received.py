"""An HTTP answer read from a socket: its status, its headers, its body."""

import gzip
import http.client
import socket
import zlib
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """What came back, unpacked. headers: by name in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def read(sock: socket.socket) -> tuple[Answer, bool]:
    """Read one answer; say, too, whether the connection may carry another request.

    Raises OSError, and http.client.HTTPException for what is no answer.
    """
    with closing(http.client.HTTPResponse(sock)) as came:
        came.begin()
        body = came.read()
        headers = {name.lower(): value for name, value in came.getheaders()}
        if headers.get("content-encoding") == "gzip":
            body = _unpacked(body)
        return Answer(came.status, headers, body), not came.will_close


def _unpacked(body: bytes) -> bytes:
    try:
        return gzip.decompress(body)
    except (EOFError, zlib.error) as why:
        raise http.client.HTTPException("not packed as it says") from why
