"""Who may still come in: the list is made by asking the door, ticket by ticket."""

from collections import defaultdict
from dataclasses import replace

from boxoffice.admission import judge
from boxoffice.answers import Answer
from boxoffice.door_facts import Facts
from boxoffice.movements import Movement
from boxoffice.scans import Scan
from boxoffice.verdicts import Verdict


def may_come_in(facts: Facts, scan: Scan) -> list[Verdict]:
    """Give the verdicts of all tickets that would be let in, at most after some questions.

    facts: of the whole door. scan: when and where; nothing of it is recorded.
    Source: checkin.md 11.
    """
    by_ticket: dict[str, list[Movement]] = defaultdict(list)
    for movement in facts.movements:
        by_ticket[movement.ticket].append(movement)
    verdicts = (
        judge(
            None,
            replace(facts, tickets=[ticket], movements=by_ticket[ticket.id]),
            replace(scan, id=f"may {ticket.id} come in?", ticket=ticket.id, simulate=True),
        )
        for ticket in facts.tickets
    )
    return [each for each in verdicts if each.admit or each.answer is Answer.QUESTIONS]
