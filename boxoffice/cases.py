"""One ticket before one door: the facts of a scan, sorted out for the checks."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from boxoffice import entry_rules, moments
from boxoffice.door_facts import Door, Facts, Performance, Ticket
from boxoffice.entry_questions import Asked, ask
from boxoffice.entry_rules import Circumstances, Finding
from boxoffice.movements import Trail
from boxoffice.presented import Presented
from boxoffice.scans import Scan


@dataclass(frozen=True)
class Case:
    """One ticket that is judged; listed: known here, not only from its code.

    presented: None when nothing was read and the usher picked the ticket by name.
    """

    presented: Presented | None
    facts: Facts
    scan: Scan
    ticket: Ticket
    listed: bool = True

    @property
    def door(self) -> Door:
        """The door that is asked."""
        return self.facts.door

    @property
    def leaving(self) -> bool:
        """Whether the guest goes out."""
        return self.scan.mode == "exit"

    @property
    def clock_trusted(self) -> bool:
        """Whether times may be held against a guest."""
        return self.scan.clock != "untrusted"

    @property
    def issue(self) -> int | None:
        """The issue that was read; None when nothing was."""
        return self.presented.issue if self.presented else None

    @property
    def checked(self) -> bool:
        """Whether the code asks for a look at this guest."""
        return self.presented is not None and self.presented.check

    @cached_property
    def night(self) -> Performance | None:
        """Whose times count: the ticket's own if served here, else the door's first.

        A pass, or a ticket of another night, goes by what this door is open for.
        """
        named = self.ticket.performance
        if named is not None and self.door.serves(named):
            return self.facts.performance(named)
        served = self.door.performances
        return self.facts.performance(served[0]) if served else None

    @cached_property
    def trail(self) -> Trail:
        """What this ticket did in the door's space."""
        clears, at = self.door.clears_at, self.scan.at
        return Trail(
            tuple(
                movement
                for movement in self.facts.movements
                if movement.ticket == self.ticket.id and movement.space == self.door.space
            ),
            self.ticket.allowance,
            None if clears is None else moments.last_daily(clears, at, self.facts.zone),
        )

    @property
    def left(self) -> int | None:
        """People who may still come in, None for no limit."""
        return self.trail.left(self.door.reentry)

    @cached_property
    def count(self) -> int:
        """People at the door; those who are left if the usher gives no number."""
        if self.scan.count is not None:
            return self.scan.count
        if self.ticket.admits == 1 or self.ticket.entries is not None:
            return 1
        if self.leaving:
            return max(1, self.trail.inside)
        left = self.left
        return max(1, self.ticket.admits - self.trail.inside if left is None else left)

    @cached_property
    def latest_issue(self) -> int:
        """The newest issue that is known or was seen at a door of this space."""
        seen = (movement.issue or 0 for movement in self.trail.movements)
        return max((self.ticket.issue, *seen))

    @property
    def home_door(self) -> str | None:
        """The one door that admits this ticket where doors are strict."""
        if self.ticket.doors:
            return self.ticket.doors[0]
        return self.night.home_door if self.night else None

    @property
    def opens(self) -> datetime | None:
        """When this door begins to admit; None for always."""
        return self.door.opens or (self.night.doors_open if self.night else None)

    @cached_property
    def finding(self) -> Finding:
        """What the door's rule says of this entry; most doors have none."""
        if self.door.rule is None:
            return Finding(True)
        night = self.night
        return entry_rules.evaluate(
            self.door.rule,
            Circumstances(
                zone=self.facts.zone,
                now=self.scan.at,
                starts=night.starts if night else None,
                ends=night.ends if night else None,
                doors=night.doors_open if night else None,
                entries=self.trail.entries,
                inside=self.trail.ends_inside,
                door=self.door.name,
                price_type=self.ticket.price_type,
                price_level=self.ticket.price_level,
                clock_trusted=self.clock_trusted,
            ),
        )

    @cached_property
    def asked(self) -> Asked:
        """What is still to be asked, and what was answered."""
        return ask(self.ticket.questions, self.scan.answers)

    @property
    def begins(self) -> datetime | None:
        """When this ticket begins to be good for something."""
        own = self.facts.performance(self.ticket.performance)
        return self.ticket.valid_from or (own.starts if own else None)

    @property
    def returning(self) -> bool:
        """Whether these people have been in before."""
        if self.ticket.allowance.is_pass:
            return self.trail.entered > 0
        return self.trail.entered + self.count > self.ticket.admits
