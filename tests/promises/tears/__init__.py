"""P8: the power goes at any moment, and of what was not synced any part is gone or torn."""
