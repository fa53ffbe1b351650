import pytest

from tracker.domain.click_ids import click_ids, find_click_id, is_proof

OCEAN_ENGINE_ID = "EJiw267wvfQCGKf2g74ZIPD89" + "abcDEF012_-" * 6


@pytest.mark.parametrize(
    ("parameters", "nearby", "key"),
    [
        ({"gclid": ["x"]}, set(), "gclid"),
        ({"fbclid": ["x"], "gclid": ["y"]}, set(), "gclid"),
        ({"clickid": ["abc"]}, set(), "clickid@partner"),
        ({"clickid": ["abc"]}, {"douyin"}, "clickid@oceanengine"),
        ({"clickid": [OCEAN_ENGINE_ID]}, set(), "clickid@oceanengine-shape"),
        ({"callback": ["jsonp_17"]}, set(), ""),
        ({"callback": ["x"]}, {"kuaishou"}, "callback@kuaishou"),
        ({"click_id": ["x"]}, set(), ""),
        ({"click_id": ["x"]}, {"xiaohongshu"}, "click_id@xiaohongshu"),
        ({"from": ["timeline"]}, set(), "from@wechat"),
        ({"from": ["home"]}, set(), ""),
        ({}, {"douyin"}, ""),
    ],
)
def test_a_shared_parameter_counts_only_where_it_belongs(parameters, nearby, key):
    assert find_click_id(parameters, nearby) == key


def test_proofs_are_tried_before_marks_of_a_network():
    proofs = [is_proof(key) for key in click_ids()]
    assert proofs == sorted(proofs, reverse=True)
    assert not is_proof("")
    assert not is_proof("gone-from-the-table")
