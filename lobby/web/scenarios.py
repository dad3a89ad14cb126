"""Scenarios for the page to play: the same files that play without a browser."""

from flask import Blueprint, Response, jsonify
from werkzeug.wrappers import Response as AnyResponse

from lobby.scenarios import story
from lobby.web.answers import done, hardware, refuse

bp = Blueprint("scenarios", __name__, url_prefix="/scenarios")


@bp.get("/<name>")
def scenario(name: str) -> Response:
    """One scenario's steps, with the facts of the demo house for the page to fill in."""
    try:
        told = story.load(name)
    except story.NoSuchStory as trouble:
        refuse(str(trouble), 404)
    return jsonify(
        name=told.name,
        title=told.title,
        steps=list(told.steps),
        facts=dict(hardware().demo_facts),
    )


@bp.post("/start")
def start() -> AnyResponse:
    """Bring the lobby to the state in which stories begin; what was off comes back."""
    return done({"restarted": hardware().as_at_first()})
