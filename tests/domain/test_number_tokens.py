# ruff: noqa: E501 -- tables are read by rows
import pytest

from tracker.domain.number_tokens import Kind, plain_text, tokens_of


def kinds(text):
    return [(token.kind, token.text) for token in tokens_of(text)]


def test_digits_of_any_width_and_script_become_ascii():
    assert plain_text("1٢3") is None  # two scripts
    assert plain_text("１，２３４") == "1,234"
    assert plain_text("٣") == "3"


@pytest.mark.parametrize("text", ["½", "①", "1²", "Ⅳ", "㊿"])
def test_characters_that_only_look_like_digits_make_a_text_unreadable(text):
    assert plain_text(text) is None


def test_two_raised_digits_are_hundredths():
    assert plain_text("$12⁹⁹") == "$12.99"


def test_invisible_characters_and_odd_blanks_are_gone():
    assert plain_text("\u200f1\u00a0234\u200b") == "1 234"


def test_a_number_keeps_its_marks_and_a_scale_needs_digits_before_it():
    assert kinds("1,234.5万") == [(Kind.NUMBER, "1,234.5"), (Kind.SCALE, "万")]
    assert kinds("万科")[0][0] is not Kind.SCALE


def test_a_word_that_begins_with_a_scale_is_a_word():
    assert kinds("5 kilo")[1][0] is Kind.WORD
    assert kinds("1.2千克")[1] == (Kind.WORD, "千克")


def test_letters_are_a_currency_only_beside_a_number():
    assert Kind.CURRENCY not in [kind for kind, _ in kinds("lei scris 5")]
    assert (Kind.CURRENCY, "lei") in kinds("5 lei")


def test_every_character_but_blanks_is_in_a_token():
    text = "Från 1 299,00 kr / st. (P.V.P.) 券后价¥59.9起"
    assert "".join(token.text for token in tokens_of(text)).lower() == text.replace(" ", "").replace("1299", "1 299").lower()  # fmt: skip
