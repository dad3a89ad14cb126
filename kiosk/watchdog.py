"""Tell systemd that we are well (sd_notify, systemd.service(5)).

The same few lines stand in the scanner: cheaper than a package that both would need.
"""

import os
import socket


def tell(state: str) -> None:
    """Send one state such as `READY=1` or `WATCHDOG=1`; without systemd, do nothing."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):
        # An abstract socket: systemd writes the leading zero byte as an at sign.
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
        try:
            line.connect(address)
            line.send(state.encode())
        except OSError:
            # Nobody listens any more; the next start brings a new address.
            return
