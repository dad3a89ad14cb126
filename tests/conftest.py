"""What every test shares: sockets reach this machine and nowhere else."""

import gc
import os

import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("XDG_RUNTIME_DIR", "/tmp")

# Reading the tests makes a million objects that stay; looking through them again and again
# for what may go takes a fifth of the time.
gc.disable()

# A busy machine must not turn a slow example into a failure.
settings.register_profile(
    "house", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("house")


def pytest_collection_finish() -> None:
    gc.enable()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """A skip is said aloud; REQUIRE_ALL=1, before a release, makes it a failure."""
    skipped = terminalreporter.stats.get("skipped", [])
    if skipped:
        terminalreporter.section("could not run")
        for report in skipped:
            terminalreporter.line(f"{report.nodeid}: {report.longrepr[-1]}")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and os.environ.get("REQUIRE_ALL") == "1" and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
