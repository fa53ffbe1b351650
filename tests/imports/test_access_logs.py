import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from jobs.visits import build_all, refresh_all
from tests.imports.files import source, write
from tests.imports.logs.test_grid import AGENT, IIS, line
from tracker.domain.channels import Channel
from tracker.imports.preview import preview
from tracker.imports.run import import_file, try_file
from tracker.imports.source import read_chunks
from tracker.models import Hit, ImportNote, Mark, Shop, Visit

ROBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
OWN = "https://www.shop.example"
LOG = (
    line(
        "/item/1?utm_source=xhs&utm_medium=kol&kol=lina", "https://www.xiaohongshu.com/", "08:00:00"
    )
    + line("/style.css", f"{OWN}/item/1", "08:00:01")
    + line("/item/2", f"{OWN}/item/1", "08:00:30")
    + line("/old", at="08:01:00", status=301)
    + line("/", "https://www.google.com/", "09:00:00", address="203.0.113.10")
    + line("/", at="09:10:00", agent=ROBOT)
    + line("/gone", at="09:11:00", status=404)
    + "nonsense\n"
    + line("/item/2", f"{OWN}/", "09:00:20", address="203.0.113.10")
)


def hits(world):
    with world.database.read() as session:
        query = select(Hit.at, Hit.event_id, Hit.path, Hit.visitor_id).order_by(
            Hit.at, Hit.event_id
        )
        return [tuple(row) for row in session.execute(query)]


def test_log_becomes_visits_with_channels_and_the_second_time_changes_nothing(world, tmp_path):
    path = write(tmp_path, LOG, "access.log.gz")
    result = import_file(world.database, path, world.request())
    document = result.as_json()
    assert (document["preset"], document["container"]) == ("access_log", "gzip")
    assert (document["rows"], document["loaded"]) == (9, 4)
    assert document["rejected"] == [{"line": 8, "reason": "log_line"}]
    assert document["ignored"] == [
        {"line": 2, "reason": "asset"},
        {"line": 4, "reason": "redirect"},
        {"line": 6, "reason": "robot"},
        {"line": 7, "reason": "error_answer"},
    ]
    assert document["period"] == {"from": "2026-11-11", "to": "2026-11-11"}
    assert document["totals"] == {"page_views": "4"}
    json.dumps(document)
    assert build_all(world.database) == 2
    assert refresh_all(world.database) == 1
    with world.database.read() as session:
        visits = session.execute(
            select(Visit.n_page_views, Visit.entry_path, Visit.is_bot, Mark.channel_code)
            .join(Mark, Mark.id == Visit.mark_id)
            .order_by(Visit.started_at)
        ).all()
    assert [tuple(visit) for visit in visits] == [
        (2, "/item/1", False, Channel.KOL.code),
        (2, "/", False, Channel.ORGANIC_SEARCH.code),
    ]
    before = hits(world)
    again = import_file(world.database, path, world.request())
    assert (again.counts["loaded"], again.counts["unchanged"]) == (0, 4)
    assert hits(world) == before
    assert build_all(world.database) == 0


def test_referrers_of_the_shop_are_internal_whoever_named_its_host(world, tmp_path):
    text = line("/b", f"{OWN}/a") + line("/c", "https://www.google.com/", address="203.0.113.10")
    path = write(tmp_path, text)
    import_file(world.database, path, world.request(host="www.shop.example"))
    with world.database.read() as session:
        found = session.scalars(select(Mark.referrer_host).order_by(Mark.id)).all()
    assert sorted(found) == ["(own site)", "www.google.com"]


def test_host_of_the_shop_is_taken_before_what_the_log_shows(world, tmp_path):
    with world.database.write() as session:
        session.get_one(Shop, world.shop_id).hostnames = "m.other.example"
    result = import_file(world.database, write(tmp_path, LOG), world.request())
    assert result.parts[0].sniffed.table.log.host == "m.other.example"
    assert result.counts["loaded"] == 4


def test_rotated_logs_that_overlap_are_one_log(world, tmp_path):
    lines = LOG.splitlines(keepends=True)
    for number, part in enumerate((lines[:6], lines[3:], lines[::-1], lines)):
        import_file(
            world.database, write(tmp_path, "".join(part), f"{number}.log"), world.request()
        )
    assert len(hits(world)) == 4


def test_equal_lines_are_as_many_hits_as_they_are(world, tmp_path):
    path = write(tmp_path, line("/a") * 3 + line("/b") + line("/a"))
    assert import_file(world.database, path, world.request()).counts["loaded"] == 5
    assert import_file(world.database, path, world.request()).counts["unchanged"] == 5


def test_notes_of_a_batch_are_summed_and_hold_no_line_of_the_log(world, tmp_path):
    import_file(world.database, write(tmp_path, LOG + line("/a.css") * 50), world.request())
    with world.database.read() as session:
        notes = session.execute(
            select(ImportNote.line, ImportNote.outcome, ImportNote.reason, ImportNote.detail)
            .order_by(ImportNote.line)
        ).all()  # fmt: skip
    assert [tuple(note) for note in notes] == [
        (2, "ignored", "asset", "× 51"),
        (4, "ignored", "redirect", "× 1"),
        (6, "ignored", "robot", "× 1"),
        (7, "ignored", "error_answer", "× 1"),
        (8, "rejected", "log_line", ""),
    ]


def test_preview_and_dry_run_tell_the_same_and_keep_nothing(world, tmp_path):
    path = write(tmp_path, LOG)
    told = try_file(world.database, path, world.request())
    assert (told.counts["loaded"], told.counts["ignored"], told.counts["rejected"]) == (4, 4, 1)
    shown = preview(world.database, path, world.request())
    assert shown.result.counts == told.counts
    assert shown.n_rows == told.rows == 9
    assert shown.is_complete
    assert shown.rows[0][1]["url"].startswith("/item/1?")
    assert "203.0.113" not in repr(shown.rows)
    assert hits(world) == []


@pytest.mark.parametrize(
    "text",
    [
        line("/a").partition(' "-"')[0] + "\n",
        json.dumps({"time": "2026-11-11T08:00:00+08:00", "uri": "/a", "status": 200,
                    "method": "GET", "ip": "203.0.113.9", "user_agent": AGENT}) + "\n",
        IIS.replace(" sc-status", " sc-status c-ip") + "2026-11-11 00:00:00 /a 200 203.0.113.9\n",
    ],
    ids=["common", "json", "w3c"],
)  # fmt: skip
def test_every_format_says_the_same_instant_and_page(world, tmp_path, text):
    result = import_file(world.database, write(tmp_path, text), world.request())
    assert result.counts["loaded"] == 1
    (at, event_id, path, _visitor) = hits(world)[0]
    assert (at.isoformat(), path) == ("2026-11-11T00:00:00+00:00", "/a")
    assert event_id.startswith("log-")


def test_log_of_which_nothing_is_a_page_view_is_no_failure(world, tmp_path):
    result = import_file(world.database, write(tmp_path, line("/a.css")), world.request())
    assert (result.error, result.n_good, result.counts["ignored"]) == ("", 0, 1)


REQUESTS = st.tuples(
    st.sampled_from(["/", "/a", "/b?utm_source=x", "/a.css"]),
    st.sampled_from(["-", f"{OWN}/a", "https://www.google.com/"]),
    st.integers(0, 59).map("08:00:{:02}".format),
    st.sampled_from(["203.0.113.9", "203.0.113.10"]),
)


@given(st.lists(REQUESTS, min_size=1, max_size=12), st.randoms())
def test_order_and_cutting_of_a_log_change_no_hit(tmp_path_factory, requests, random):
    def keys(lines, size):
        path = write(tmp_path_factory.mktemp("log"), "".join(lines))
        chunks = read_chunks(source(path), size)
        return sorted(unit.records[0].key for chunk in chunks for unit in chunk.units)

    lines = [line(*request) for request in requests]
    shuffled = random.sample(lines, len(lines))
    assert keys(lines, 3) == keys(shuffled, 100)
