import zipfile

from sqlalchemy import select

from tests.imports.files import write
from tracker.imports.run import import_file
from tracker.models import PlatformFigure

CHART = "Date,Clicks,Impressions,CTR,Position\n2026-08-01,5,50,10%,2\n2026-08-07,6,60,10%,2\n"
QUERIES = "Top queries,Clicks,Impressions,CTR,Position\ntea,9,90,10%,1\n"


def packed(path, **members):
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in members.items():
            archive.writestr(f"{name}.csv", text)
    return path


def spans(world):
    with world.database.read() as session:
        rows = session.execute(
            select(PlatformFigure.subject, PlatformFigure.starts_on, PlatformFigure.ends_on)
        )
        return {tuple(map(str, row)) for row in rows}


def test_queries_are_about_the_days_of_the_chart_beside_them(world, tmp_path):
    path = packed(tmp_path / "search.zip", Queries=QUERIES, Chart=CHART)
    result = import_file(world.database, path, world.request())
    assert result.counts["loaded"] == 3
    assert spans(world) == {
        ("term", "2026-08-01", "2026-08-07"),
        ("account", "2026-08-01", "2026-08-01"),
        ("account", "2026-08-07", "2026-08-07"),
    }


def test_queries_alone_are_refused_as_nothing_says_their_days(world, tmp_path):
    result = import_file(world.database, write(tmp_path, QUERIES), world.request())
    assert [note.reason for note in result.notes] == ["period_unknown"]


def test_table_of_another_platform_says_nothing_of_these_days(world, tmp_path):
    other = "日期,流量来源,来源明细,访客数\n2026-08-01,手淘搜索,汇总,1\n"
    path = packed(tmp_path / "both.zip", Queries=QUERIES, Sources=other)
    result = import_file(world.database, path, world.request())
    assert [note.reason for note in result.notes] == ["period_unknown"]
