"""The blueprint that all routes of devices belong to."""

from flask import Blueprint

bp = Blueprint("api", __name__, url_prefix="/api")
