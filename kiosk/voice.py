"""Pages read aloud, by a speech program on this device; without one nothing is promised.

What is said may be personal: it goes through a pipe, is kept nowhere, and leaves the device
by the headset alone. Source: lobby.md §1.
"""

import shutil
import subprocess
from functools import cache
from typing import Final

PROGRAM: Final = "espeak-ng"
VOICES: Final = {"en": "en-gb", "da": "da"}
MOST_LETTERS: Final = 1_200
WORDS_A_MINUTE: Final = 150
# How loud, of the program's usual 100: 6 dB from one to the next.
LOUDNESS: Final = (25, 50, 100, 200)
USUAL: Final = 100
_PATIENCE_S: Final = 5.0


@cache
def program() -> str | None:
    """Find the speech program; None where it is not installed."""
    return shutil.which(PROGRAM)


def here() -> bool:
    """Whether this device can speak."""
    return program() is not None


def say(text: str, language: str, loudness: int = USUAL) -> bytes | None:
    """Give a WAV file of the text being read; None when the program cannot."""
    found = program()
    if found is None:
        return None
    voice = VOICES.get(language, VOICES["en"])
    loud, fast = ("-a", str(loudness)), ("-s", str(WORDS_A_MINUTE))
    command = [found, "--stdout", "-v", voice, *loud, *fast, "--stdin"]
    try:
        done = subprocess.run(  # noqa: S603 - the text goes through a pipe, not the line.
            command,
            input=text[:MOST_LETTERS].encode(),
            capture_output=True,
            timeout=_PATIENCE_S,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout or None
