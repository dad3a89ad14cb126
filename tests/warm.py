"""Starts programs that have been imported already, so that a start costs a fork.

What is forked is the program itself, with the settings and the folders of any other start;
only the reading of its modules happened before. Whoever pulls plugs by the hundred has no
time for more.
"""

import ctypes
import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import subprocess
import sys
import threading
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar, Final

from lobby.supervisor import Program, Supervisor

_PR_SET_PDEATHSIG: Final = 1
# Makers' libraries: slow to read, and no terminal here speaks their language.
_LEFT_OUT: Final = ("stripe", "sumup", "migrations")


class Forked:
    """A process that somebody else started; speaks like a Popen.

    Several threads may ask at once whether it has ended, so its handle stays open for as
    long as anybody can ask: a number that is closed twice may be another's by then.
    """

    def __init__(self, pid: int) -> None:
        self.pid = pid
        try:
            self._handle: int | None = os.pidfd_open(pid)
        except ProcessLookupError:  # It has ended already.
            self._handle = None

    def poll(self) -> int | None:
        """Give 0 once it has ended; how, only the one who started it knows."""
        return 0 if self._ended(0) else None

    def wait(self, timeout: float | None = None) -> int:
        """Raises subprocess.TimeoutExpired."""
        if not self._ended(timeout):
            raise subprocess.TimeoutExpired("", timeout or 0)
        return 0

    def send_signal(self, number: int) -> None:
        if self._handle is not None:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _ended(self, timeout: float | None) -> bool:
        if self._handle is None:
            return True
        return bool(select.select([self._handle], [], [], timeout)[0])

    def __del__(self) -> None:
        if self._handle is not None:
            os.close(self._handle)


class Warm(Supervisor):
    """A supervisor whose programs are forked from ones that have read their modules."""

    # What has read a module serves every house of this process, and ends with it.
    _ovens: ClassVar[dict[str, subprocess.Popen[str]]] = {}
    _turn: ClassVar[threading.Lock] = threading.Lock()

    def _start(self, program: Program) -> Any:
        asked = {
            "arguments": list(program.arguments),
            "environment": dict(program.environment),
            "log": str(self._folder / f"{program.name}.log"),
        }
        with self._turn:
            oven = self._ovens.get(program.module) or self.heat(
                program.module, self._checkout
            )
            assert oven.stdin is not None
            assert oven.stdout is not None
            oven.stdin.write(json.dumps(asked) + "\n")
            oven.stdin.flush()
            return Forked(int(oven.stdout.readline()))

    @classmethod
    def heat(cls, module: str, checkout: Path) -> subprocess.Popen[str]:
        """Have the modules of a program read, before anybody starts it."""
        oven = cls._ovens[module] = subprocess.Popen(
            [sys.executable, "-m", "tests.warm", module],
            cwd=checkout,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return oven

    @classmethod
    def cool(cls) -> None:
        """Forget what was read."""
        while cls._ovens:
            cls._ovens.popitem()[1].communicate()


def main(module: str) -> int:
    """Read the modules of a program, then start it as often as asked, one line each."""
    program = importlib.import_module(f"{module}.__main__")
    _read_all(module)
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # Nobody waits for those that fall.
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            _become(program, json.loads(line))
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()
    return 0


def _read_all(package: str) -> None:
    found = importlib.import_module(package)
    for module in pkgutil.walk_packages(found.__path__, f"{package}."):
        last = module.name.rpartition(".")[2]
        if "__main__" in module.name or any(word in module.name for word in _LEFT_OUT):
            continue
        if last != "env":
            importlib.import_module(module.name)


def _become(program: Any, asked: dict[str, Any]) -> None:
    """Be the program from here on; never come back."""
    code = 1
    try:
        _with_us()
        os.setpgid(0, 0)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        log = os.open(asked["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        for number in (1, 2):
            os.dup2(log, number)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.environ.update(asked["environment"])
        arguments = asked["arguments"]
        code = program.main(arguments) if arguments else program.main()
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(code)


def _with_us() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    sys.path.insert(0, str(Path.cwd()))
    sys.exit(main(sys.argv[1]))
