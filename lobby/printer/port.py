"""The printer's network port, as on a real one: raw bytes in, status bytes out."""

import socket
import threading
from contextlib import suppress

from lobby.printer.machine import Printer
from lobby.printer.realtime import Ear

CHUNK_BYTES = 4096


class Port:
    """Listens on one address for as long as the printer has power."""

    def __init__(self, printer: Printer, *, host: str = "127.0.0.1", port: int = 0) -> None:
        """port: 0 lets the system choose; number then says which it became."""
        self._printer = printer
        self._host = host
        self.number = port
        self._lock = threading.Lock()
        self._listener: socket.socket | None = None
        self._connections: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Raises OSError when the port is taken."""
        self._printer.on_power = self._power
        self._open()

    def stop(self) -> None:
        self._printer.on_power = lambda on: None
        self._close()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(2)

    def _power(self, on: bool) -> None:
        if on:
            self._open()
        else:
            self._close()

    def _open(self) -> None:
        listener = socket.create_server((self._host, self.number))
        self.number = listener.getsockname()[1]
        with self._lock:
            self._listener = listener
        self._run(self._accept, listener)

    def _close(self) -> None:
        with self._lock:
            doomed = [self._listener, *self._connections]
            self._listener = None
            self._connections.clear()
        for sock in doomed:
            if sock:
                # Wakes the thread that waits on it; close alone would not.
                with suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)
                sock.close()

    def _run(self, work: object, sock: socket.socket) -> None:
        assert callable(work)
        thread = threading.Thread(target=work, args=(sock,), daemon=True)
        self._threads = [old for old in self._threads if old.is_alive()] + [thread]
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                if self._listener is not listener:
                    connection.close()
                    return
                self._connections.add(connection)
            self._run(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        sending = threading.Lock()

        def answer(data: bytes) -> None:
            # A host that has gone, or that does not listen, is no trouble of ours.
            with sending, suppress(OSError):
                connection.sendall(data)

        ear = Ear()
        try:
            while chunk := connection.recv(CHUNK_BYTES):
                done = 0
                for command in ear.hear(chunk):
                    self._printer.receive(chunk[done : command.ends], answer)
                    done = command.ends
                    self._printer.obey(command, answer)
                self._printer.receive(chunk[done:], answer)
        except OSError:
            pass
        finally:
            self._printer.leave(answer)
            with self._lock:
                self._connections.discard(connection)
            connection.close()
