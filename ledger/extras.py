"""What the house offers besides seats: a donation, a programme, one question."""

from dataclasses import dataclass
from typing import Any

from boxoffice.questions import Question


@dataclass(frozen=True)
class Extras:
    """Amounts in minor units. round_to: the first donation rounds the total up to it.

    donations: what may be given besides. rate_bp: the fee on a donation in basis points,
    outside: whether it is on top. programme: its price; None, there is none. Source: FEE5.
    """

    round_to: int = 0
    donations: tuple[int, ...] = ()
    rate_bp: int = 400
    outside: bool = False
    programme: int | None = None
    question: Question | None = None

    def document(self) -> dict[str, Any]:
        """Give what is kept with the house and travels with its settings."""
        return {
            "round_to": self.round_to,
            "donations": list(self.donations),
            "rate_bp": self.rate_bp,
            "outside": self.outside,
            "programme": self.programme,
            "question": self.question
            and {
                "id": self.question.id,
                "words": dict(self.question.words),
                "options": [
                    {"id": option.id, "words": dict(option.words)}
                    for option in self.question.options
                ],
            },
        }
