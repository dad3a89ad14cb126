"""The pages of a device."""

from kiosk.web.pages import blueprints, install

__all__ = ["blueprints", "install"]
