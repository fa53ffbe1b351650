"""What the forms share: dates in a shop's zone, amounts, and refusals beside the right field."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import SelectChoice, StringField
from wtforms.validators import ValidationError

from tracker.domain.money import MoneyError, format_minor, parse_minor
from tracker.services.errors import RefusedError
from tracker.web import wording

MAX_TEXT = 200
MAX_NOTES = 4_000


class Money(StringField):
    """An amount as decimal text; `minor` is it in minor units of `currency`.

    Empty is 0. The currency may be the name of another field of the form, else the form is given
    one by `set_currency`.
    """

    minor: int = 0
    currency: str = "CNY"

    def post_validate(self, form: FlaskForm, validation_stopped: bool) -> None:
        """Read the amount once the currency is known."""
        chosen = getattr(form, "currency", None)
        currency = (chosen.data if chosen is not None else None) or self.currency
        text = (self.data or "").strip().replace(",", "").replace("，", "")
        if not text:
            self.minor = 0
            return
        try:
            self.minor = parse_minor(text, currency)
        except MoneyError as error:
            raise ValidationError(wording.reason(error.code)) from error
        if self.minor < 0:
            raise ValidationError(wording.reason("negative_amount"))

    def show(self, minor: int | None, currency: str) -> None:
        """Fill the field with a stored amount."""
        self.currency = currency
        self.data = "" if minor is None else format_minor(minor, currency)


def refuse(form: FlaskForm, error: RefusedError) -> None:
    """Put a service's refusal beside the field it is about, else beside the first that is shown."""
    shown = [field for field in form if field.type not in {"HiddenField", "CSRFTokenField"}]
    field = form[error.field] if error.field in form else shown[0]
    field.errors = [*field.errors, wording.refusal(error)]


def start_of_day(day: date, time_zone: str) -> datetime:
    """The first instant of a day in a zone."""
    return datetime.combine(day, time(), ZoneInfo(time_zone))


def end_of_day(day: date | None, time_zone: str) -> datetime | None:
    """The first instant after a day that is still included; None stays None."""
    return None if day is None else start_of_day(day + timedelta(days=1), time_zone)


def choices(pairs: Iterable[tuple[Any, str]]) -> list[SelectChoice]:
    """Options of a select from (value, label)."""
    return [SelectChoice(value, label) for value, label in pairs]


def strip(text: Any) -> Any:
    """Filter of text fields: without blanks at the ends."""
    return text.strip() if isinstance(text, str) else text


def upper(text: Any) -> Any:
    """Filter of text fields: in capitals, as currencies are written."""
    return text.upper() if isinstance(text, str) else text


def no_control_characters(_form: FlaskForm, field: Any) -> None:
    """Refuse characters that no name has and some databases do not take."""
    if any(not c.isprintable() and c not in "\r\n\t" for c in field.data or ""):
        raise ValidationError(gettext("There are characters in it that cannot be stored."))
