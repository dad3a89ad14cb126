"""Serve devices and pages."""

import argparse
import gc
import os
import signal
import socket
import threading

import structlog

from ledger import config
from ledger.commands import houses, opened

log = structlog.get_logger()


def serve(settings: config.Config, asked: argparse.Namespace) -> int:
    """Serve devices and pages until told to stop; on SQLite the worker, too."""
    from ledger import sealing, watchdog, worker
    from ledger.app import create_app
    from ledger.commands import answering
    from ledger.hooks import messenger

    if asked.demo:
        houses.migrate(settings, asked)
        houses.demo(settings, asked)
    with opened.Open(settings) as ledger:
        listening = _listen(settings)
        waiting = worker.Worker(
            ledger,
            post=worker.postman(ledger),
            pay=worker.cashier(ledger),
            cards=worker.cards(ledger),
        )
        server = answering.server(create_app(ledger), listening)
        telling = messenger.Messenger(ledger)
        copying = sealing.Sealing(ledger)
        threads = [
            threading.Thread(target=waiting.run, name="worker", daemon=True),
            threading.Thread(target=telling.run, name="messenger", daemon=True),
            threading.Thread(target=copying.run, name="sealing", daemon=True),
        ]
        stopping = threading.Event()
        if "NOTIFY_SOCKET" in os.environ:
            threading.Thread(
                target=watchdog.watch,
                args=(listening, stopping),
                name="watchdog",
                daemon=True,
            ).start()
        for thread in threads:
            thread.start()

        def stop(_number: int, _frame: object) -> None:
            ledger.waiting.close()
            raise SystemExit(0)

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        host, port = listening.getsockname()[:2]
        log.info("serving", host=host, port=port, database=_kind(settings))
        # The program itself stays: looking through it for what may go made Pay wait.
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 10, 10)
        try:
            server.run()
        except SystemExit:
            pass
        finally:
            stopping.set()
            waiting.stop()
            telling.stop()
            copying.stop()
            server.close()
            for thread in threads:
                thread.join(timeout=2)
        log.info("stopped")
    return 0


def _listen(settings: config.Config) -> socket.socket:
    listening = socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except OSError as why:
        listening.close()
        raise opened.Stopped(
            f"Port {settings.port} on {settings.host} cannot be used: {why.strerror}."
            " Set FOH_LEDGER_PORT to another one."
        ) from None
    listening.listen(1024)
    return listening


def _kind(settings: config.Config) -> str:
    return "sqlite" if settings.on_sqlite else "postgresql"
