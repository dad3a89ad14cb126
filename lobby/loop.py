"""One event loop in a thread of its own, for everything that waits on many sockets."""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Loop:
    """Runs coroutines for callers from any other thread."""

    def __init__(self) -> None:
        self.asyncio = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._work, name="loop", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T], timeout_s: float = 10) -> T:
        """Run it to its end and return what it returns; raises what it raises."""
        return asyncio.run_coroutine_threadsafe(work, self.asyncio).result(timeout_s)

    def stop(self) -> None:
        """Cancel what still runs, then end the thread."""
        self.run(self._cancel_all())
        self.asyncio.call_soon_threadsafe(self.asyncio.stop)
        self._thread.join()
        self.asyncio.close()

    def _work(self) -> None:
        asyncio.set_event_loop(self.asyncio)
        self.asyncio.run_forever()

    async def _cancel_all(self) -> None:
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
