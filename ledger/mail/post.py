"""Hand a letter to the mail server."""

import smtplib
from email.message import EmailMessage

TIMEOUT_S = 10


class NotSent(Exception):
    """The letter did not go. again: whether trying later can help."""

    def __init__(self, why: str, *, again: bool) -> None:
        super().__init__(why)
        self.again = again


def send(message: EmailMessage, server: tuple[str, int]) -> None:
    """Send one letter over SMTP. Raises NotSent."""
    try:
        with smtplib.SMTP(*server, timeout=TIMEOUT_S) as line:
            line.send_message(message)
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPResponseException) as refused:
        raise NotSent(str(refused)[:300], again=not _final(refused)) from refused
    except (OSError, smtplib.SMTPException) as trouble:
        raise NotSent(str(trouble)[:300] or type(trouble).__name__, again=True) from trouble


def _final(refused: smtplib.SMTPException) -> bool:
    """Whether the server said no for good: codes from 500 on."""
    if isinstance(refused, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in refused.recipients.values())
    return isinstance(refused, smtplib.SMTPResponseException) and refused.smtp_code >= 500
