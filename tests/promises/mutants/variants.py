"""Broken variants of the program, each with the check that must catch it (sync.md §11).

A variant changes one piece of text; if the text is no longer there, the command fails and
says so. `scripts/mutants` applies each to a copy and runs its check.
"""

from dataclasses import dataclass

KIOSK, LEDGER = "tests/parts/kiosk", "tests/parts/ledger"


@dataclass(frozen=True)
class Mutant:
    """A broken variant. before, after: a text and what it becomes. check: a test."""

    name: str
    file: str
    before: str
    after: str
    check: str


MUTANTS = (
    # --- durability
    Mutant(
        "synchronous_normal",
        "kiosk/store/engine.py",
        '"synchronous": 2,',
        '"synchronous": 1,',
        "tests/promises/test_simulation.py::test_every_seed_that_ever_failed_stays_well[2]",
    ),
    Mutant(
        "print_before_commit",
        "kiosk/printing/spool.py",
        "    if not device.store.write(_begin, device, work):\n        return\n",
        "    printer.send(escpos.bytes_of(_pieces(work, 42), printer.profile), b'0000')\n"
        "    if not device.store.write(_begin, device, work):\n        return\n",
        f"{KIOSK}/test_spool.py::test_the_job_is_written_down_before_paper_moves",
    ),
    Mutant(
        "green_before_commit",
        "kiosk/door.py",
        "    try:\n        shown = decide(",
        '    failpoints.reached("door: written, not yet shown")\n'
        "    try:\n        shown = decide(",
        f"{KIOSK}/test_door.py::test_the_answer_comes_only_after_it_is_written",
    ),
    Mutant(
        "cursor_apart_from_rows",
        "kiosk/feed.py",
        '    stands = (after.pos, f"{after.digest:032x}", stream)\n',
        "    session.flush()\n"
        '    session.connection().exec_driver_sql("COMMIT")\n'
        '    session.connection().exec_driver_sql("BEGIN IMMEDIATE")\n'
        '    stands = (after.pos, f"{after.digest:032x}", stream)\n',
        f"{KIOSK}/test_feed.py::test_rows_and_cursor_are_written_together",
    ),
    Mutant(
        "two_writers",
        "kiosk/store/engine.py",
        "        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)\n",
        "        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)\n",
        f"{KIOSK}/test_store.py::test_a_second_process_is_refused_with_a_sentence",
    ),
    # --- upload
    Mutant(
        "ack_before_commit",
        "kiosk/sync.py",
        '    try:\n        answer = device.line.post(\n            "/api/events"',
        "    device.store.write(\n"
        "        log.acknowledge, batch.head_seq, batch.head_hash, state.timeline\n    )\n"
        '    try:\n        answer = device.line.post(\n            "/api/events"',
        f"{KIOSK}/test_sync.py::test_while_the_line_is_down_nothing_is_marked_as_sent",
    ),
    Mutant(
        "drop_on_4xx",
        "kiosk/sync.py",
        "    except Refused as why:\n        if why.code",
        "    except NotUnderstood:\n"
        "        last = batch.events[-1]\n"
        "        device.store.write(\n"
        "            log.acknowledge, last.seq, last.hash, state.timeline\n        )\n"
        "        raise\n"
        "    except Refused as why:\n        if why.code",
        f"{KIOSK}/test_sync.py::test_a_revoked_device_sells_no_more_and_keeps_its_log",
    ),
    Mutant(
        "no_dedupe",
        "ledger/intake.py",
        "        if event.hash in known:\n            continue\n",
        "",
        f"{LEDGER}/test_intake.py::test_an_upload_that_comes_twice_changes_nothing",
    ),
    Mutant(
        "no_chain",
        "ledger/intake.py",
        "event.seq == seq + 1 and event.prev == hash_",
        "event.seq == seq + 1",
        f"{LEDGER}/test_intake.py::test_a_log_that_splits_is_kept_on_both_sides",
    ),
    Mutant(
        "unknown_type_refused",
        "ledger/intake.py",
        "    if effect is None or event.ver != VERSION:\n        return False\n",
        "    if effect is None or event.ver != VERSION:\n"
        "        raise wire.Malformed(event.type)\n",
        f"{LEDGER}/test_intake.py"
        "::test_an_event_of_tomorrow_is_kept_acknowledged_and_blocks_nobody",
    ),
    Mutant(
        "bad_event_blocks",
        "ledger/intake.py",
        "        if not blame.is_events(trouble, driver):\n",
        "        if True:\n",
        f"{LEDGER}/test_intake.py"
        "::test_an_event_that_cannot_be_read_is_set_aside_and_the_rest_flows",
    ),
    Mutant(
        "trouble_is_unreadable",
        "ledger/blame.py",
        "bool(named & _NAMED)",
        "True",
        f"{LEDGER}/test_blame.py::test_trouble_of_the_machine_is_no_events_fault",
    ),
    # --- feed
    Mutant(
        "hole_ignored",
        "kiosk/feed.py",
        "    if wire.has_hole(fresh, after=cursor.pos) or not fresh",
        "    if not fresh",
        f"{KIOSK}/test_feed.py::test_a_hole_is_drift_even_when_the_digest_agrees",
    ),
    Mutant(
        "digest_ignored",
        "kiosk/feed.py",
        '    if digest != after.digest:\n        return "drift"\n',
        "",
        f"{KIOSK}/test_feed.py::test_a_copy_that_has_drifted_is_replaced_whole",
    ),
    Mutant(
        "snapshot_merges",
        "kiosk/feed.py",
        "    session.execute(delete(DocRow).where(DocRow.stream == stream))\n",
        "    here = [id for _, id in found]\n"
        "    session.execute(\n"
        "        delete(DocRow).where(DocRow.stream == stream, DocRow.id.in_(here))\n"
        "    )\n",
        f"{KIOSK}/test_feed.py::test_a_copy_that_has_drifted_is_replaced_whole",
    ),
    # --- seats
    Mutant(
        "reclaim_on_expiry",
        "ledger/seating.py",
        "    expired = session.execute(\n        select(HoldRow.id",
        "    session.execute(\n"
        "        update(SeatStateRow)\n"
        "        .where(SeatStateRow.sell_by_ms <= means.now_ms)\n"
        '        .values(state="available", device=None, incarnation=None,'
        " sell_by_ms=None)\n"
        "    )\n"
        "    expired = session.execute(\n        select(HoldRow.id",
        f"{LEDGER}/test_seats.py::test_nor_does_it_take_a_seat_back_that_may_no_longer_be_sold",
    ),
    Mutant(
        "no_epoch",
        "ledger/allotments.py",
        "        & (SeatStateRow.epoch == seat.epoch)\n",
        "",
        f"{LEDGER}/test_seats.py::test_a_return_under_another_epoch_changes_nothing",
    ),
    Mutant(
        "epoch_reused",
        "ledger/allotments.py",
        "    after = _SEAT.c.epoch + 1\n",
        "    after = _SEAT.c.epoch + 0\n",
        f"{LEDGER}/test_seats.py::test_returned_seats_are_free_again_under_a_new_epoch",
    ),
    Mutant(
        "owned_by_answer",
        "kiosk/allotment.py",
        "    if not feed.pull_to(device, stream, pos):\n",
        "    if False:\n",
        f"{KIOSK}/test_payments.py::test_approved_is_a_sale_and_the_tickets_print",
    ),
    Mutant(
        "no_spent",
        "kiosk/allotment.py",
        "SELECT 1 FROM spent AS gone WHERE gone",
        "SELECT 1 FROM spent AS gone WHERE 0 AND gone",
        f"{KIOSK}/test_feed.py::test_no_document_brings_back_a_seat_that_was_returned",
    ),
    Mutant(
        "return_while_pledged",
        "kiosk/allotment.py",
        "SELECT 1 FROM pledged AS paying WHERE paying",
        "SELECT 1 FROM pledged AS paying WHERE 0 AND paying",
        f"{KIOSK}/test_payments.py::test_a_seat_being_paid_for_is_never_given_back",
    ),
    Mutant(
        "freed_seat_to_pool",
        "ledger/allotments.py",
        "        waiting_sales.freed(session, means, performance, codes)\n",
        "",
        f"{LEDGER}/test_sales.py",
    ),
    # --- restore
    Mutant(
        "no_timeline",
        "ledger/recovery.py",
        "    book.timeline = max(means.now_ms // 1000, book.timeline + 1)\n",
        "",
        f"{LEDGER}/test_book.py::test_a_device_refills_a_restored_ledger",
    ),
    Mutant(
        "no_recovery_gate",
        "ledger/api/seats.py",
        "    if asked.book.recovering:\n",
        "    if False:\n",
        f"{LEDGER}/test_book.py::test_nothing_is_sold_until_every_kiosk_has_told_all_it_knows",
    ),
    Mutant(
        "snapshot_before_upload",
        "kiosk/feed.py",
        "        sync.cursor(device)\n        sync.everything(device)\n",
        "        pass\n",
        f"{KIOSK}/test_feed.py::test_a_restored_ledger_first_gets_all_that_we_know",
    ),
    Mutant(
        "rolled_back_device_sells",
        "kiosk/sync.py",
        "        state.drains_only = True\n        _words.error(",
        "        _words.error(",
        f"{KIOSK}/test_sync.py::test_a_store_that_was_rolled_back_only_uploads",
    ),
    # --- money
    Mutant(
        "no_intent",
        "kiosk/payments/conversation.py",
        "    if Do.SEND not in _tell(device, intent, Event.SENT):\n        return 0.0\n"
        "    try:\n        answer = terminal.authorise(\n"
        "            intent.id, amount=intent.amount, currency=intent.currency,"
        " order=intent.order\n        )\n",
        "    try:\n        answer = terminal.authorise(\n"
        "            intent.id, amount=intent.amount, currency=intent.currency,"
        " order=intent.order\n        )\n"
        '        failpoints.reached("pay: first byte sent")\n'
        "        _tell(device, intent, Event.SENT)\n",
        f"{KIOSK}/test_crashes.py::test_a_purchase_is_never_split",
    ),
    Mutant(
        "new_key_on_retry",
        "kiosk/payments/conversation.py",
        "            intent.id, amount=intent.amount,",
        "            device.new_id(), amount=intent.amount,",
        f"{KIOSK}/test_crashes.py::test_a_purchase_is_never_split",
    ),
    Mutant(
        "unknown_is_declined",
        "kiosk/payments/conversation.py",
        '        _words.error("payment unknown", intent=intent.id, why=why)\n'
        "        _tell(device, intent, Event.SILENCE)\n",
        "        _tell(device, intent, Event.DECLINED)\n",
        f"{KIOSK}/test_payments.py::test_silence_is_never_declined",
    ),
    Mutant(
        "not_found_without_abort",
        "kiosk/payments/conversation.py",
        "            _abort(terminal, intent)\n"
        "            answer = terminal.lookup(intent.id)\n",
        "            answer = terminal.lookup(intent.id)\n",
        f"{KIOSK}/test_payments.py"
        "::test_an_attempt_that_the_terminal_does_not_know_ends_only_after_an_abort",
    ),
    Mutant(
        "update_not_reversal",
        "ledger/migrations/versions/0001_the_first_tables.py",
        "BEGIN SELECT RAISE(ABORT, '{said}'); END",
        "BEGIN SELECT '{said}'; END",
        f"{LEDGER}/test_sales.py::test_nobody_edits_what_is_written",
    ),
    Mutant(
        "answer_apart_from_effect",
        "ledger/answers.py",
        "        _keep(session, means, asked, answer)\n",
        "",
        f"{LEDGER}/test_seats.py"
        "::test_a_request_that_comes_again_gets_the_answer_of_the_first",
    ),
    # --- print
    Mutant(
        "no_answer_is_ok",
        "kiosk/printing/transport.py",
        '            return Ending.DOUBTFUL, "no proof"\n',
        '            return Ending.PROVEN, "no proof"\n',
        f"{KIOSK}/test_spool.py::test_a_printer_that_prints_and_says_nothing_leaves_a_doubt",
    ),
    Mutant(
        "buffer_kept",
        "kiosk/printing/spool.py",
        "        device.printer_buffer_doubtful = not printer.clear()\n",
        "        device.printer_buffer_doubtful = False\n",
        f"{KIOSK}/test_spool.py::test_no_ghost_comes_out_after_the_trouble",
    ),
    Mutant(
        "touched_unasked",
        "kiosk/printing/spool.py",
        "    if not work.touched or retries.leave(device, work.id):\n",
        "    if True:\n",
        f"{KIOSK}/test_touched_paper.py"
        "::test_touched_paper_that_another_kiosk_has_claimed_stays_there",
    ),
    Mutant(
        "failed_commit_kept",
        "kiosk/store/writer.py",
        "        self._connection.rollback()\n",
        "",
        "tests/promises/test_disks.py"
        "::test_on_a_full_disk_nothing_is_half_written_and_room_heals_it",
    ),
    Mutant(
        "uncertain_reprints",
        "kiosk/printing/jobs.py",
        '        doubt(session, clock, new_id, id, "restart",'
        " event=printing.Event.RESTART)\n",
        '        session.get_one(PrintJobRow, id).state = "queued"\n',
        f"{KIOSK}/test_crashes.py"
        "::test_paper_that_was_moving_when_the_power_went_is_uncertain_and_not_printed_again",
    ),
    # --- doors
    Mutant(
        "admission_upsert",
        "ledger/admissions.py",
        '            "id": event.id,\n            "ticket": event.text("ticket"),\n',
        '            "id": event.text("ticket"),\n'
        '            "ticket": event.text("ticket"),\n',
        f"{LEDGER}/test_doors.py"
        "::test_two_doors_that_admit_one_ticket_are_one_discrepancy_that_names_both",
    ),
    Mutant(
        "duplicates_by_clock",
        "boxoffice/doubles.py",
        "        together[follows[admission.id]].append(admission)\n",
        "        together[str(admission.at)].append(admission)\n",
        "tests/rules/test_doubles.py",
    ),
    Mutant(
        "new_claim_on_rescan",
        "kiosk/claims.py",
        "    if statements.run(session, opening, (ticket, space, new)):\n",
        "    close(session, ticket, space)\n"
        "    if statements.run(session, opening, (ticket, space, new)):\n",
        f"{KIOSK}/test_door.py::test_a_rescan_asks_under_the_claim_that_is_open",
    ),
    Mutant(
        "claimed_shown_red",
        "kiosk/decisions.py",
        '    if answer.refused in {"BEING_CHECKED", "claimed"}:\n',
        "    if False:\n",
        f"{KIOSK}/test_door.py::test_being_checked_elsewhere_is_never_red",
    ),
    Mutant(
        "strict_claims_elsewhere",
        "boxoffice/checks.py",
        "    return case.door.strict and home is not None and home != case.door.name\n",
        "    return False\n",
        f"{KIOSK}/test_door.py::test_a_strict_door_admits_only_its_own_in_every_mode",
    ),
    # --- edges
    Mutant(
        "hold_on_device_clock",
        "kiosk/holds.py",
        "    ledger_ms = device.clock.ledger_ms()\n"
        "    return ledger_ms is not None and ledger_ms >= row.hold_until_ms\n",
        "    return device.clock.wall_ms() >= row.hold_until_ms\n",
        f"{KIOSK}/test_sales.py::test_a_hold_is_judged_by_the_ledgers_clock_alone",
    ),
    Mutant(
        "wall_time_in_requests",
        "kiosk/line.py",
        "        time_ms = self._clock.ledger_ms()\n",
        "        time_ms = self._clock.wall_ms()\n",
        f"{KIOSK}/test_sync.py::test_the_clock_of_the_device_says_nothing_in_a_request",
    ),
    Mutant(
        "control_bytes_printed",
        "kiosk/printing/pieces.py",
        "        if unicodedata.category(character) not in",
        "        if character not in",
        f"{KIOSK}/test_paper.py::test_a_name_cannot_open_a_drawer",
    ),
    Mutant(
        "host_unchecked",
        "kiosk/web/network.py",
        "        if not is_here(device, request.host):\n"
        "            abort(421)\n        said",
        "        said",
        f"{KIOSK}/web/test_listeners.py",
    ),
    Mutant(
        "lookup_says_why",
        "ledger/lookups.py",
        "        return fitting[0] if fitting else None\n\n"
        "    return _throttled(session, means, place, look)\n",
        "        return fitting[0] if fitting else None\n\n"
        "    answer = _throttled(session, means, place, look)\n"
        "    known = select(OrderRow).where(OrderRow.number == ids.clean_code(number))\n"
        "    if isinstance(answer, Refused) and session.scalars(known).first():\n"
        '        return Refused(Code.NOT_FOUND, {"why": "the name"})\n'
        "    return answer\n",
        f"{LEDGER}/test_lookups.py::test_a_wrong_number_and_a_wrong_name_sound_the_same",
    ),
)

# Not switched on here, and why.
ELSEWHERE = {
    "serial_cursor": "needs a sequence on PostgreSQL in place of the counter row (bench N)",
}
