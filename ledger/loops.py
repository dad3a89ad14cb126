"""Work that goes on in a thread of its own until it is told to stop."""

import threading

import structlog

log = structlog.get_logger()


class Loop:
    """Calls `step` again and again. `run` belongs to one thread."""

    def __init__(self, trouble: str, pause_s: float) -> None:
        """trouble: what is written down when a step fails. pause_s: the rest between."""
        self._trouble = trouble
        self._pause_s = pause_s
        self._stop = threading.Event()

    def step(self) -> bool:
        """Do one round; say whether more is waiting."""
        raise NotImplementedError

    def run(self) -> None:
        """Work, rest, work again. Trouble in one step is written down and passes."""
        while not self._stop.is_set():
            try:
                busy = self.step()
            except Exception:
                log.exception(self._trouble)
                busy = False
            self._stop.wait(0 if busy else self._pause_s)

    def stop(self) -> None:
        """Finish the step at hand and end."""
        self._stop.set()
