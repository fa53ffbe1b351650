import gzip
import re

import pytest

from tracker.collect.script import SOURCE, squeeze


def test_the_script_is_under_two_kilobytes(collector):
    assert len(collector.client.get("/t.js").data) < 2048


def test_it_is_cached_and_checked_by_its_tag(collector):
    first = collector.client.get("/t.js")
    assert first.status_code == 200
    assert first.content_type == "text/javascript; charset=utf-8"
    assert "max-age" in first.headers["Cache-Control"]
    again = collector.client.get("/t.js", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert again.data == b""


def test_it_comes_compressed_to_who_asks_for_it(collector):
    plain = collector.client.get("/t.js")
    packed = collector.client.get("/t.js", headers={"Accept-Encoding": "br, gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["Vary"] == "Accept-Encoding"


def test_head_has_no_body(collector):
    answer = collector.client.head("/t.js")
    assert answer.status_code == 200
    assert answer.data == b""


def test_squeezing_changes_nothing_but_blanks_and_comments():
    source = SOURCE.read_text("utf-8")
    code = "\n".join(line for line in source.splitlines() if not line.strip().startswith("//"))
    assert re.sub(r"\s", "", squeeze(source)) == re.sub(r"\s", "", code)


@pytest.mark.parametrize("line", SOURCE.read_text("utf-8").splitlines())
def test_no_line_of_the_source_surprises_the_squeezer(line):
    code = line.strip()
    if code and not code.startswith("//"):
        assert code.endswith((";", ",", "{", "}")), "lines are joined: a statement must be ended"
        assert "`" not in code
        assert '\\"' not in code
        assert not re.search(r"\S //", re.sub(r'"[^"]*"', "", code)), "comments stand alone"
