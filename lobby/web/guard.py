"""Who may use the lobby's page: this machine, under one address, and no other site.

One address, because the kiosk allows just that one to frame it, and because a page of
another site that leads here by another name shall not press our buttons.
"""

from flask import Flask, Response, abort, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from lobby.programs import DEVICES, HOST, Ports


def install(app: Flask, ports: Ports) -> None:
    """Check every request, and set the headers of every answer."""
    frames = " ".join(f"http://{HOST}:{ports.device(name)}" for name in DEVICES)
    policy = (
        "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; "
        f"frame-ancestors 'self'; frame-src 'self' {frames}"
    )
    app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024

    @app.before_request
    def only_here() -> AnyResponse | None:
        host, _, port = request.host.partition(":")
        if host != HOST:
            if request.method in ("GET", "HEAD") and host == "localhost":
                tail = f":{port}" if port else ""
                return redirect(f"http://{HOST}{tail}{request.full_path.rstrip('?')}")
            abort(403)
        origin = request.headers.get("Origin")
        if request.method == "POST" and origin not in (None, f"http://{request.host}"):
            abort(403)
        return None

    @app.after_request
    def guarded(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers["X-Content-Type-Options"] = "nosniff"
        if request.endpoint != "static":
            response.headers.setdefault("Cache-Control", "no-store")
        else:
            response.headers["Cache-Control"] = "no-cache"
        return response
