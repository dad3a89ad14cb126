"""Apply each broken variant to a copy of the program and see whether its check notices."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.promises.mutants.variants import ELSEWHERE, MUTANTS, Mutant

HERE = Path.cwd()
COPIED = (
    "boxoffice",
    "kiosk",
    "ledger",
    "lobby",
    "scanner",
    "tests",
    "templates",
    "static",
    "pyproject.toml",
)
CAUGHT, SURVIVED = 1, 0  # pytest: some tests failed; all passed.
LONGEST_S = 170


def main(names: list[str]) -> int:
    """Try the named variants, or all; 1 if one survives or cannot be tried."""
    chosen = [mutant for mutant in MUTANTS if not names or mutant.name in names]
    unknown = set(names) - {mutant.name for mutant in MUTANTS}
    if unknown:
        print(f"No such variant: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    failed = []
    with tempfile.TemporaryDirectory(prefix="foh-mutants-") as folder:
        copy = Path(folder)
        _copy(copy)
        if sick := _sick(chosen, copy):
            print(f"A check fails before anything is broken: {sick}", file=sys.stderr)
            return 2
        for mutant in chosen:
            found = _tried(mutant, copy)
            print(json.dumps({"variant": mutant.name, "is": found, "by": mutant.check}))
            sys.stdout.flush()
            if found != "caught":
                failed.append(mutant.name)
    for name, why in ELSEWHERE.items():
        print(json.dumps({"variant": name, "is": "not here", "why": why}))
    print(json.dumps({"tried": len(chosen), "caught": len(chosen) - len(failed)}))
    if failed:
        print(f"Not caught: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def _sick(chosen: list[Mutant], copy: Path) -> str:
    """Say how the checks end on the program as it is, if not well: they prove nothing."""
    checks = sorted({mutant.check for mutant in chosen})
    ended = _run(checks, copy, timeout_s=LONGEST_S * len(checks))
    return "" if ended.returncode == SURVIVED else (ended.stdout + ended.stderr)[-2000:]


def _tried(mutant: Mutant, copy: Path) -> str:
    file = copy / mutant.file
    text = file.read_text()
    if text.count(mutant.before) != 1:
        return f"not applied: its text stands {text.count(mutant.before)} times"
    file.write_text(text.replace(mutant.before, mutant.after))
    try:
        return _checked(mutant, copy)
    finally:
        file.write_text(text)


def _checked(mutant: Mutant, copy: Path) -> str:
    try:
        ended = _run([mutant.check], copy, timeout_s=LONGEST_S)
    except subprocess.TimeoutExpired:
        return "caught"  # It hangs: somebody would notice.
    if ended.returncode == CAUGHT:
        return "caught"
    if ended.returncode == SURVIVED:
        return "survived"
    return f"not tried: {(ended.stdout + ended.stderr)[-200:]}"


def _run(
    checks: list[str], copy: Path, *, timeout_s: int
) -> subprocess.CompletedProcess[str]:
    command = [
        str(HERE / ".venv/bin/python"),
        *("-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"),
        *("-m", "not postgresql", *checks),
    ]
    return subprocess.run(
        command,
        cwd=copy,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=timeout_s,
    )


def _copy(copy: Path) -> None:
    for name in COPIED:
        source = HERE / name
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "*.pyc")
            shutil.copytree(source, copy / name, ignore=ignored)
        elif source.exists():
            shutil.copy(source, copy / name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
