"""Everything of the online shop hangs on this."""

from flask import Blueprint

bp = Blueprint("shop", __name__, url_prefix="/shop")
