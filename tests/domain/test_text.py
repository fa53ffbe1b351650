from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.text import MAX_VALUE, clean, is_absent, normalise, percent_decode, word_key


def test_bytes_that_are_not_utf8_are_read_as_gb18030():
    assert percent_decode("%B0%D9%B6%C8") == "百度"
    assert percent_decode("%E7%99%BE%E5%BA%A6") == "百度"


def test_a_value_is_decoded_once():
    assert percent_decode("50%2525+off") == "50%25 off"


def test_a_lonely_percent_sign_stays():
    assert percent_decode("100%") == "100%"


def test_invisible_and_control_characters_are_taken_out():
    assert clean("we\u200bchat\ufeff\x00") == "wechat"
    assert clean(" a\r\n\tb ") == "a b"
    assert clean('"wechat"') == "wechat"


def test_macros_and_words_for_nothing_are_absent():
    for value in ("", "NULL", "(not set)", "undefined", "__CLICKID__", "{gclid}", "{{ad.name}}"):
        assert is_absent(value), value
    for value in ("0", "618", "a{b}c", "_x_", "nullable"):
        assert not is_absent(value), value


def test_full_width_letters_and_case_are_folded():
    assert normalise("ＷｅＣｈａｔ") == "wechat"
    assert word_key("paid_social feed") == "paid-social-feed"


@given(st.text())
def test_normalising_twice_changes_nothing_and_never_exceeds_the_cut(text):
    once = normalise(clean(text))
    assert len(once) <= MAX_VALUE
    assert normalise(once) == once


@given(st.text())
def test_decoding_never_raises(text):
    clean(percent_decode(text))
