import numpy as np
import pytest

from tracker.domain.channels import Channel, Kind, kind_codes, kind_of


def test_codes_are_stored_and_never_move():
    assert [channel.code for channel in Channel] == list(range(1, 23))
    assert Channel.DIRECT.code == 1
    assert Channel.KOL.code == 21
    assert [kind.code for kind in Kind] == [1, 2, 3]
    assert all(Channel.from_code(channel.code) is channel for channel in Channel)
    for wrong in (0, -1, 23):
        with pytest.raises(ValueError):
            Channel.from_code(wrong)


def test_the_kinds_are_those_of_the_table():
    def kinds(**facts):
        known = {"has_influencer": False, "has_paid_medium": False} | facts
        return {channel: kind_of(channel, **known) for channel in Channel}

    plain = kinds()
    assert plain[Channel.INTERNAL] is None
    assert {c for c, k in plain.items() if k is Kind.KOL} == {Channel.KOL}
    assert {c for c, k in plain.items() if k is Kind.PAID} == {
        Channel.PAID_SEARCH, Channel.PAID_SOCIAL, Channel.PAID_VIDEO, Channel.PAID_SHOPPING,
        Channel.PAID_OTHER, Channel.DISPLAY, Channel.CROSS_NETWORK, Channel.AFFILIATE,
    }  # fmt: skip
    assert kinds(has_influencer=True)[Channel.AFFILIATE] is Kind.KOL
    assert kinds(has_paid_medium=True)[Channel.AUDIO] is Kind.PAID
    assert kinds(has_paid_medium=True)[Channel.EMAIL] is Kind.NATURAL


def test_arrays_give_the_same_kinds():
    channels = np.repeat([channel.code for channel in Channel], 4)
    influencers = np.tile([0, 7, 0, 7], len(Channel))
    paid = np.tile([False, False, True, True], len(Channel))
    codes = kind_codes(channels, influencers, paid)
    for channel, influencer, has_paid, code in zip(channels, influencers, paid, codes, strict=True):
        kind = kind_of(
            Channel.from_code(int(channel)),
            has_influencer=bool(influencer),
            has_paid_medium=bool(has_paid),
        )
        assert code == (kind.code if kind else 0)
    assert kind_codes(np.array([0]), np.array([0])).tolist() == [0]
