"""What letters and tickets say, in the patron's language.

English stands in the templates; other languages are here, sentence by sentence.
"""

from collections.abc import Callable, Mapping

LOCALES = {"en": "en_GB", "da": "da_DK"}
DANISH = {
    # What staff write themselves is in their own words.
    "%(title)s": "%(title)s",
    "Unreserved seating": "Unummererede pladser",
    "%(section)s, row %(row)s, seat %(seat)s": "%(section)s, række %(row)s, plads %(seat)s",
    "%(title)s: your tickets": "%(title)s: dine billetter",
    "Your tickets: %(title)s, %(date)s": "Dine billetter: %(title)s, %(date)s",
    "Dear %(name)s,": "Kære %(name)s",
    "Thank you. Your tickets are in this letter: show each code at the door, on your phone"
    " or printed.": "Tak for din bestilling. Dine billetter er i dette brev: vis hver kode"
    " ved døren, på telefonen eller på papir.",
    "Thank you. Show each code at the door, on your phone or printed.": "Tak for din"
    " bestilling. Vis hver kode ved døren, på telefonen eller på papir.",
    "Code of ticket %(number)s, %(place)s": "Kode til billet %(number)s, %(place)s",
    "Code of ticket %(number)s": "Kode til billet %(number)s",
    "issue %(issue)s": "udgave %(issue)s",
    "Order %(number)s, Confirmed. Total %(total)s.": "Ordre %(number)s, bekræftet. I alt"
    " %(total)s.",
    "Doors open %(time)s.": "Dørene åbner %(time)s.",
    "Doors open %(time)s": "Dørene åbner %(time)s",
    "One person per code.": "Én person pr. kode.",
    "Your order, with tickets and receipt, at any time:": "Din ordre med billetter og"
    " kvittering, når som helst:",
    "Your ticket: %(title)s, %(date)s": "Din billet: %(title)s, %(date)s",
    "%(name)s passes this ticket on to you: show its code at the door, on your phone or"
    " printed.": "%(name)s giver dig denne billet: vis koden ved døren, på telefonen eller"
    " på papir.",
    "This ticket was passed on to you: show its code at the door, on your phone or"
    " printed.": "Denne billet er givet videre til dig: vis koden ved døren, på telefonen"
    " eller på papir.",
    "Your ticket, at any time:": "Din billet, når som helst:",
    "See your ticket": "Se din billet",
    "See your order, tickets and receipt": "Se din ordre, billetter og kvittering",
    "Order %(number)s · Ticket %(ticket)s of %(count)s · Issue %(issue)s": "Ordre"
    " %(number)s · Billet %(ticket)s af %(count)s · Udgave %(issue)s",
    "(fee %(fee)s incl.)": "(inkl. gebyr %(fee)s)",
    "%(house)s: tickets of order %(number)s": "%(house)s: billetter til ordre %(number)s",
    "Tickets of order %(number)s": "Billetter til ordre %(number)s",
    "A gift card for you: %(house)s": "Et gavekort til dig: %(house)s",
    "Your gift card, order %(number)s": "Dit gavekort, ordre %(number)s",
    "%(buyer)s gives you a gift card of %(amount)s.": "%(buyer)s giver dig et gavekort på"
    " %(amount)s.",
    "Here is a gift card of %(amount)s.": "Her er et gavekort på %(amount)s.",
    "Its code:": "Koden er:",
    "It pays for tickets online, at our kiosks and at the box office, until nothing is left"
    " on it.": "Du kan betale billetter med det på nettet, ved vores automater og i"
    " billetkontoret, indtil det er brugt op.",
    "Whoever has this code can spend it: please keep this letter.": "Den, der har koden,"
    " kan bruge kortet: gem dette brev.",
    "Thank you. Your gift card of %(amount)s went to %(to)s.": "Tak. Dit gavekort på"
    " %(amount)s er sendt til %(to)s.",
    "Your membership, order %(number)s": "Dit medlemskab, ordre %(number)s",
    "Thank you for your membership.": "Tak for dit medlemskab.",
    "Your membership: please choose a password": "Dit medlemskab: vælg en adgangskode",
    "Your membership number is %(number)s.": "Dit medlemsnummer er %(number)s.",
    "Choose a password here, within a week; the link works once:": "Vælg en adgangskode her"
    " inden for en uge; linket virker én gang:",
    "With your e-mail address and this password your seat credits pay for seats in our"
    " online shop, and you can change your address there.": "Med din e-mailadresse og denne"
    " adgangskode betaler dine pladskreditter for pladser i vores netbutik, og du kan"
    " ændre din adresse dér.",
    "Here is a gift card of %(amount)s instead of your tickets, order %(number)s.": "Her er"
    " et gavekort på %(amount)s i stedet for dine billetter, ordre %(number)s.",
    "Choose here what becomes of your tickets:": "Vælg her, hvad der skal ske med dine"
    " billetter:",
    "Your refund: please tell us an account": "Dine penge tilbage: skriv en konto til os",
    "We owe you %(amount)s for order %(number)s, and no card takes it back.": "Vi skylder"
    " dig %(amount)s for ordre %(number)s, og pengene kan ikke gå tilbage til et kort.",
    "Tell us an account here, and we transfer it there; the link works once:": "Skriv en"
    " konto her, så overfører vi pengene; linket virker én gang:",
    "We erase the account 90 days after that.": "Vi sletter kontoen 90 dage efter.",
    "Seats have come free: %(title)s": "Der er kommet ledige pladser: %(title)s",
    "Seats have come free for %(title)s. Whoever is first has them; nothing is held for"
    " you.": "Der er kommet ledige pladser til %(title)s. Den, der kommer først, får dem;"
    " intet er reserveret til dig.",
    "Cancelled: %(title)s": "Aflyst: %(title)s",
    "We are sorry: %(title)s on %(date)s, %(time)s, is cancelled. The ticket that was"
    " passed on to you opens no door any more. Whoever bought it hears from us about the"
    " money; you need not do anything.": "Vi beklager: %(title)s %(date)s kl. %(time)s er"
    " aflyst. Den billet, du har fået, gælder ikke længere. Den, der købte den, hører fra"
    " os om pengene; du skal ikke gøre noget.",
    "%(title)s, %(date)s, %(time)s: cancelled": "%(title)s %(date)s kl. %(time)s: aflyst",
    "We are sorry: %(title)s on %(date)s, %(time)s, is cancelled. You get your money back;"
    " you need not do anything.": "Vi beklager: %(title)s %(date)s kl. %(time)s er aflyst."
    " Du får pengene tilbage og skal ikke gøre noget.",
    "We are sorry: %(title)s on %(date)s, %(time)s, is cancelled. Please choose by the link"
    " below what becomes of your tickets.": "Vi beklager: %(title)s %(date)s kl. %(time)s"
    " er aflyst. Vælg med linket herunder, hvad der skal ske med dine billetter.",
    "If you did not ask for this, nothing needs to be done.": "Hvis du ikke har bedt om"
    " dette, skal du ikke gøre noget.",
}
_CATALOGUES: Mapping[str, Mapping[str, str]] = {"en": {}, "da": DANISH}
Say = Callable[..., str]


def speaker(language: str) -> Say:
    """Give what says a sentence in a language; one that is not known is said in English."""
    known = _CATALOGUES.get(language, {})

    def say(words: str, **facts: object) -> str:
        return known.get(words, words) % facts

    return say


def locale(language: str) -> str:
    """Give the locale of dates and amounts."""
    return LOCALES.get(language, LOCALES["en"])
