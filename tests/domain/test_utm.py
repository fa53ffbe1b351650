import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.utm import UTM_NAMES, parameters


def read(address):
    return {name: values[0] for name, values in parameters(address, UTM_NAMES).items()}


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://s.example/?utm_source=a&utm_medium=b", {"utm_source": "a", "utm_medium": "b"}),
        ("https://s.example/#utm_source=a", {"utm_source": "a"}),
        ("https://s.example/#/page?utm_source=a", {"utm_source": "a"}),
        ("https://s.example/?utm_source=query#utm_source=fragment", {"utm_source": "query"}),
        ("https://s.example/?utm_source=#utm_source=fragment", {"utm_source": "fragment"}),
        ("https://s.example/?utm_source=&utm_source=second", {"utm_source": "second"}),
        ("https://s.example/?utm_source=first&utm_source=second", {"utm_source": "first"}),
        ("https://s.example/?utm_source=__SRC__&utm_source=b", {"utm_source": "b"}),
        ("https://s.example/?utm_source[]=a", {}),
        ("https://s.example/?utm_source", {}),
        ("https://s.example/?UTM_Source=A", {"utm_source": "A"}),
        ("https://s.example/?utm_source=a?utm_medium=b", {"utm_source": "a", "utm_medium": "b"}),
        ("https://s.example/??utm_source=a", {"utm_source": "a"}),
        ("https://s.example/?utm_content=why?", {"utm_content": "why?"}),
        ("?utm_source＝微博＆utm_medium＝b", {"utm_source": "微博", "utm_medium": "b"}),
        ("https://s.example/？utm_source=a", {"utm_source": "a"}),
        ("https://s.example/?utm_source=%B0%D9%B6%C8", {"utm_source": "百度"}),
        ("https://s.example/?x=1&amp;utm_source=a", {"utm_source": "a"}),
        ("https://s.example/?utm%5Fsource=a", {"utm_source": "a"}),
        ("/page?utm_source=a", {"utm_source": "a"}),
        ("?utm_source=a+b%20c", {"utm_source": "a b c"}),
        ("https://s.example/?utm_source=a%00b", {"utm_source": "ab"}),
        ("https://s.example/?utm_source=a=b", {"utm_source": "a=b"}),
    ],
)  # fmt: skip
def test_parameters_are_read_as_people_write_them(address, expected):
    assert read(address) == expected


def test_what_stands_late_in_a_long_address_is_still_read():
    address = "https://s.example/?" + "filler=" + "x" * 5_000 + "&utm_campaign=" + "c" * 400
    assert read(address) == {"utm_campaign": "c" * 250}


@given(st.text())
def test_no_address_raises(address):
    read(address)
    read("https://s.example/?utm_source=" + address)
