"""Codes on the cards of staff, for cameras to read."""

from boxoffice import staff_codes


def test_a_code_is_drawn_from_eighty_bits_and_is_known_as_one():
    code = staff_codes.draw(lambda count: bytes(range(255, 255 - count, -1)))

    assert code == "FOHS:ZYXWVUTSRQPNMLKJ"
    assert staff_codes.is_one(f" {code}\n")


def test_no_ticket_is_taken_for_a_card_of_staff():
    assert not staff_codes.is_one("FOH1:ZYXWVUTSRQPNMLKJ")
    assert not staff_codes.is_one("")


def test_what_is_kept_of_a_code_is_the_same_however_a_camera_frames_it():
    kept = staff_codes.hash_of("FOHS:ZYXWVUTSRQPNMLKJ")

    assert kept == staff_codes.hash_of(" FOHS:ZYXWVUTSRQPNMLKJ\r\n")
    assert kept != staff_codes.hash_of("FOHS:ZYXWVUTSRQPNMLKH")
    assert "ZYXW" not in kept
