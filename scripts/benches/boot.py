"""Start-up: from the command to the first kiosk page, and the memory of each process."""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

CHECKOUT = Path(__file__).resolve().parents[2]
BASE = 22_400
TIMES = 5


def main(argv: list[str]) -> int:
    """scripts/bench boot: a lobby fresh, and again; then the kiosk alone, five times."""
    with tempfile.TemporaryDirectory() as folder:
        house = Path(folder) / "house"
        for start in ("first", "second"):
            process, seconds = _lobby(house)
            if start == "second":
                _memory(process.pid)
            _stop(process)
            _say(start=start, what="./run to lobby open", seconds=round(seconds, 2))
        _kiosk(house)
    return 0


def _lobby(house: Path) -> tuple["subprocess.Popen[str]", float]:
    began = time.perf_counter()
    process = subprocess.Popen(
        ["./run", "--headless", "--port-base", str(BASE), "--folder", str(house)],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    said = ""
    while "lobby is open" not in said:
        line = process.stdout.readline()
        if not line:
            raise SystemExit(said)
        said += line
    return process, time.perf_counter() - began


def _memory(lobby: int) -> None:
    # A little trade first: what a process holds once it has worked.
    for _ in range(20):
        httpx.get(f"http://127.0.0.1:{BASE + 10}/")
        httpx.get(f"http://127.0.0.1:{BASE + 11}/door")
    time.sleep(3)
    children = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(lobby)],
        capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    found: dict[str, float] = {"lobby": _pss_mb(lobby)}
    for line in children:
        pid, arguments = line.split(maxsplit=1)
        environment = Path(f"/proc/{pid}/environ").read_text().split("\0")
        settings = dict(entry.split("=", 1) for entry in environment if "=" in entry)
        name = arguments.split(" -m ")[-1].split()[0]
        where = (
            settings.get("FOH_SCANNER_NAME")
            or Path(
                settings.get("FOH_KIOSK_DIR", settings.get("FOH_LEDGER_DIR", name))
            ).name
        )
        found[f"{name}-{where}" if name == "scanner" else where] = _pss_mb(int(pid))
    for name, megabytes in found.items():
        _say(process=name, pss_mb=round(megabytes, 1))
    together = found["kiosk"] + found["scanner-kiosk"]
    _say(process="kiosk + scanner", pss_mb=round(together, 1), goal_mb=250)


def _pss_mb(pid: int) -> float:
    """Proportional set size: shared pages counted once over all that share them."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("no Pss")


def _kiosk(house: Path) -> None:
    """Start the kiosk process alone; its first page needs no ledger."""
    from lobby import programs

    program = programs.device(programs.Ports(BASE), house, "kiosk")
    taken = []
    for _ in range(TIMES):
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", program.module, *program.arguments],
            cwd=CHECKOUT,
            env={"PATH": "/usr/bin:/bin", **program.environment},
            stdout=subprocess.DEVNULL,
        )
        while True:
            try:
                if (
                    httpx.get(f"http://127.0.0.1:{BASE + 10}/", timeout=1).status_code
                    == 200
                ):
                    break
            except httpx.HTTPError:
                time.sleep(0.01)
        taken.append(time.perf_counter() - began)
        process.terminate()
        process.wait()
    taken.sort()
    _say(
        what="kiosk process to first page",
        median_s=round(taken[len(taken) // 2], 2),
        worst_s=round(taken[-1], 2),
        goal_s=3,
    )


def _stop(process: "subprocess.Popen[str]") -> None:
    process.terminate()
    process.wait(20)
    assert process.stdout is not None
    process.stdout.close()


def _say(**fields: object) -> None:
    print(json.dumps({"bench": "boot", **fields}), flush=True)
