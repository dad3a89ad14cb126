"""Passwords, kept as Argon2id hashes. Nobody takes as long to refuse as somebody."""

from functools import cache

import argon2

_hasher = argon2.PasswordHasher()


def hash_of(password: str) -> str:
    """Give what is kept of a password."""
    return _hasher.hash(password)


def fits(stored: str | None, password: str) -> bool:
    """Whether a password is the one kept; None, where nothing is kept, never fits."""
    try:
        return _hasher.verify(stored or _nobodys(), password) and stored is not None
    except (argon2.exceptions.VerifyMismatchError, argon2.exceptions.InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    # Made when first asked for: hashing is slow on purpose, and would delay every start.
    return _hasher.hash("nobody's password")
