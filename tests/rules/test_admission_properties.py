"""What must hold of a verdict, whatever the facts are."""

import json
from dataclasses import fields, replace
from datetime import UTC, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from boxoffice.admission import judge, undo
from boxoffice.answers import Answer
from boxoffice.arrivals import may_come_in
from boxoffice.door_facts import Door, Facts, Note, Performance, Ticket
from boxoffice.doubles import doubles
from boxoffice.entry_questions import Option, Question
from boxoffice.figures import count
from boxoffice.movements import Movement
from boxoffice.presented import Presented
from boxoffice.scans import Override, Scan, Undo
from boxoffice.verdicts import remember
from tests.rules.doors import SEVEN
from tests.rules.test_entry_rules import good_rules, json_values

ids = st.sampled_from(["adas", "beas", "dinner"])
performances = st.sampled_from(["friday", "matinee", "unheard of"])
doors = st.sampled_from(["Left", "Right"])
spaces = st.sampled_from(["auditorium", "bar"])
moments = st.integers(-2000, 2000).map(lambda minutes: SEVEN + timedelta(minutes=minutes))
price_types = st.sampled_from(["adult", "child"])
zones = st.sampled_from([UTC, ZoneInfo("Europe/Copenhagen"), ZoneInfo("Pacific/Apia")])
maybe = lambda strategy: st.none() | strategy  # noqa: E731

questions = st.builds(
    Question,
    st.sampled_from(["meal", "age"]),
    st.sampled_from(["text", "number", "choice", "choices"]),
    st.booleans(),
    st.booleans(),
    st.just((Option("o1", "veg"),)),
)
tickets = st.builds(
    Ticket,
    ids,
    maybe(performances),
    st.sampled_from(["active"] * 4 + ["exchanged", "refunded", "cancelled", "unconfirmed"]),
    issue=st.integers(1, 3),
    price=st.integers(0, 2),
    paid=st.integers(0, 2),
    pays_later=st.booleans(),
    blocked=st.booleans(),
    valid_from=maybe(moments),
    valid_until=maybe(moments),
    price_type=maybe(price_types),
    price_level=maybe(st.just("A")),
    doors=st.lists(doors, max_size=2).map(tuple),
    admits=st.integers(0, 4),
    entries=maybe(st.integers(0, 4)),
    parent=maybe(ids),
    questions=st.lists(questions, max_size=2).map(tuple),
    notes=st.lists(
        st.builds(Note, st.sampled_from(["order", "price_type"]), st.text(), st.booleans()),
        max_size=2,
    ).map(tuple),
)
movements = st.builds(
    Movement,
    st.sampled_from("abcdef"),
    ids,
    st.sampled_from(["admission", "exit"]),
    moments,
    st.sampled_from(["tom", "right"]),
    st.sampled_from(Answer),
    maybe(st.sampled_from("abcdefg")),
    maybe(doors),
    spaces,
    st.integers(0, 5),
    maybe(st.integers(0, 3)),
    st.booleans(),
)
settings_of_doors = st.builds(
    Door,
    doors,
    spaces,
    maybe(st.lists(performances, max_size=2).map(tuple)),
    opens=maybe(moments),
    closes=maybe(moments),
    late_hold=st.booleans(),
    hold_until=maybe(moments),
    price_types=maybe(st.frozensets(price_types)),
    reentry=st.sampled_from(["never", "after_exit", "free"]),
    unpaid=st.sampled_from(["refuse", "ask"]),
    strict=st.booleans(),
    takes_all=st.booleans(),
    addons=st.booleans(),
    clears_at=maybe(st.times().map(lambda at: time(at.hour, at.minute))),
    rule=maybe(good_rules | json_values),
)
facts = st.builds(
    Facts,
    zones,
    settings_of_doors,
    st.dictionaries(
        st.sampled_from(["friday", "matinee"]),
        st.builds(
            Performance,
            moments,
            maybe(moments),
            maybe(moments),
            st.booleans(),
            maybe(doors),
        ),
    ),
    st.lists(tickets, max_size=3, unique_by=lambda ticket: ticket.id),
    st.lists(movements, max_size=5, unique_by=lambda movement: movement.id),
)
presented = maybe(
    st.builds(
        Presented,
        st.sampled_from(
            ["valid"] * 4
            + ["revoked", "foreign", "unknown_key", "bad_signature", "malformed", "other"]
        ),
        st.sampled_from(["ledger", "device", "foreign"]),
        st.lists(ids, max_size=3).map(tuple),
        maybe(st.integers(0, 4)),
        maybe(performances),
        maybe(price_types),
        maybe(st.just("A")),
        st.lists(doors, max_size=2).map(tuple),
        maybe(moments),
        maybe(moments),
        st.integers(0, 4),
        maybe(st.sampled_from(["signer", "another"])),
        st.booleans(),
        st.booleans(),
    )
)
overrides = maybe(st.builds(Override, maybe(st.just("Mrs Lund")), maybe(st.just("Known"))))
accepted = st.frozensets(
    st.sampled_from([Answer.UNPAID, Answer.UNVERIFIED, Answer.LATE_HOLD]), max_size=3
)
scans = st.builds(
    Scan,
    st.sampled_from(["a", "new"]),
    moments,
    st.just("tom"),
    st.sampled_from(["entry", "exit"]),
    maybe(ids),
    maybe(st.integers(1, 5)),
    st.sampled_from(["ledger", "hub", "alone"]),
    st.sampled_from(["trusted", "plausible", "untrusted"]),
    maybe(doors),
    accepted,
    overrides,
    st.dictionaries(
        st.sampled_from(["meal", "age"]), st.sampled_from(["", "7", "veg", ["o1"], 5, None])
    ),
    st.booleans(),
    st.booleans(),
)


@given(presented, facts, scans)
def test_a_verdict_is_total_and_hangs_together(code, known, scan):
    """Rows 145-146."""
    verdict = judge(code, known, scan)
    assert verdict.admit == (verdict.answer in ("ADMIT", "RE_ADMIT", "ADMIT_UNVERIFIED"))
    assert (verdict.record is None) == (verdict.repeat or scan.simulate)
    assert (verdict.movement is None) == (verdict.record not in ("admission", "exit"))
    assert verdict.inside is None or verdict.inside >= 0
    assert verdict.left is None or verdict.left >= 0
    if verdict.repeat:
        return
    assert verdict.admit is (verdict.count is not None and scan.mode == "entry")
    assert (verdict.marks is None) == (verdict.count is None)
    assert set(verdict.overrode) <= set(verdict.failed)
    assert not verdict.admit or verdict.failed == verdict.overrode
    assert (verdict.why is not None) == (verdict.answer is Answer.RULE)
    assert not verdict.answers or verdict.admit


@given(presented, facts, scans)
def test_a_verdict_is_the_same_for_equal_facts_however_they_are_held(code, known, scan):
    """The ledger's rows and a kiosk's are other lists of other objects."""
    here = judge(code, known, scan)
    held_otherwise = Facts(
        known.zone,
        Door(**{field.name: getattr(known.door, field.name) for field in fields(Door)}),
        dict(reversed(known.performances.items())),
        tuple(replace(ticket) for ticket in known.tickets),
        tuple(replace(movement) for movement in known.movements),
    )
    there = judge(code and replace(code), held_otherwise, replace(scan))
    assert there == here


@given(presented, facts, scans, st.sampled_from(["ledger", "hub", "alone"]))
def test_who_answered_does_not_matter_to_a_listed_ticket(code, known, scan, link):
    """Online and offline differ in the facts known, never in the rule."""
    here = judge(code, known, scan)
    there = judge(code, known, replace(scan, link=link))
    if here.ticket not in {ticket.id for ticket in known.tickets}:
        return
    without = [mark for mark in here.marks or () if mark != "alone"]
    assert without == [mark for mark in there.marks or () if mark != "alone"]
    assert replace(there, marks=None) == replace(here, marks=None)


@given(presented, facts, scans)
def test_movements_of_other_tickets_and_spaces_do_not_matter(code, known, scan):
    verdict = judge(code, known, scan)
    if verdict.repeat:
        return
    own = [
        movement
        for movement in known.movements
        if movement.space == known.door.space and movement.id != "a"
    ]
    ours = replace(known, movements=[m for m in known.movements if m.id != "a"])
    assert judge(code, ours, scan) == judge(code, replace(known, movements=own), scan)


@given(presented, facts, scans)
def test_the_same_scan_again_repeats_the_answer_and_adds_nothing(code, known, scan):
    """DOR4."""
    verdict = judge(code, known, scan)
    afterwards = remember(known, verdict)
    if verdict.movement is None:
        assert afterwards == known
        return
    again = judge(code, afterwards, scan)
    assert (again.answer, again.repeat, again.record) == (verdict.answer, True, None)
    assert remember(afterwards, again) == afterwards


@given(presented, facts, scans)
def test_a_simulation_answers_the_same_and_leaves_no_trace(code, known, scan):
    real = judge(code, known, replace(scan, simulate=False))
    pretended = judge(code, known, replace(scan, simulate=True))
    assert pretended == replace(real, record=None, movement=None)


@given(presented, facts, scans)
def test_no_clock_refuses_a_guest_whom_a_trusted_one_would_let_in(code, known, scan):
    """P17, but for a hold, which stays until it is lifted or touched."""
    known = replace(known, door=replace(known.door, late_hold=False))
    trusted = judge(code, known, replace(scan, clock="trusted"))
    untrusted = judge(code, known, replace(scan, clock="untrusted"))
    if trusted.admit and untrusted.answer is not Answer.AMBIGUOUS:
        assert untrusted.admit


@given(presented, facts, scans)
def test_an_override_never_makes_a_ticket_out_of_nothing(code, known, scan):
    insisting = replace(scan, override=Override("Mrs Lund", "Known"), id="new")
    verdict = judge(code, known, insisting)
    if not verdict.admit:
        return
    listed = verdict.ticket in {ticket.id for ticket in known.tickets}
    assert listed or (code is not None and code.form == "valid")
    assert code is None or code.form not in ("bad_signature", "malformed", "other")


@given(facts, moments, st.sampled_from("abx"), st.text(max_size=1), overrides)
def test_taking_back_is_total_and_settles_nothing_twice(known, at, scan, reason, override):
    undoing = Undo(scan, at, "tom", reason, override)
    verdict = undo(known, undoing)
    assert verdict.answer in (Answer.UNDONE, Answer.UNDO_REFUSED)
    afterwards = remember(known, verdict)
    if verdict.answer is Answer.UNDONE:
        assert undo(afterwards, undoing).repeat
        assert afterwards.movement(scan).undone


@given(facts, scans)
def test_the_list_of_who_may_come_in_is_what_the_door_would_say(known, scan):
    """Row 87."""
    listed = {verdict.ticket: verdict.answer for verdict in may_come_in(known, scan)}
    for ticket in known.tickets:
        asked = replace(scan, id="new", ticket=ticket.id, simulate=True)
        verdict = judge(None, known, asked)
        if verdict.admit or verdict.answer is Answer.QUESTIONS:
            assert listed.pop(ticket.id) is verdict.answer
    assert not listed


@given(facts, moments)
def test_figures_and_doubles_are_total(known, at):
    figures = count(known, at)
    assert figures.total.entered <= figures.total.expected
    assert figures.unlisted.entered >= 0
    for double in doubles(known):
        assert len(double.admissions) > 1
    assert doubles(known) == doubles(replace(known, movements=known.movements[::-1]))


@given(presented, facts, scans)
def test_reasons_are_data(code, known, scan):
    reasons = judge(code, known, scan).why or ()
    data = [reason.as_data(known.zone) for reason in reasons]
    assert json.loads(json.dumps(data)) == data
