"""Static files and compression."""

from __future__ import annotations

import gzip
import re

from tracker.web.assets import FOLDER, FOR_EVER, read_assets


def addresses(page: str) -> list[str]:
    return re.findall(r'(?:href|src)="(/static/[^"]+)"', page)


def test_files_of_a_page_are_there_and_may_be_kept_for_ever(client, world):
    found = addresses(client.get("/").text)
    assert {a.rsplit("/", 1)[1] for a in found} == {"icon.svg", "site.css", "site.js", "charts.js"}
    for url in found:
        answer = client.get(url)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == FOR_EVER
        assert "Set-Cookie" not in answer.headers


def test_an_old_digest_gets_the_new_file_but_keeps_it_not(client):
    answer = client.get("/static/0123456789abcdef/site.css")
    assert answer.headers["Cache-Control"] == "no-cache"


def test_no_path_leads_out_of_the_folder(client):
    for name in ("../app.py", "%2e%2e/app.py", "..%5capp.py", ".hidden"):
        assert client.get(f"/static/0/{name}").status_code == 404


def test_text_is_compressed_where_the_browser_takes_it(client, world):
    for url in ("/", "/static/0/site.css"):
        plain = client.get(url)
        packed = client.get(url, headers={"Accept-Encoding": "gzip"})
        assert "Content-Encoding" not in plain.headers
        assert packed.headers["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in packed.headers["Vary"]
        assert len(packed.data) < len(plain.data) / 2
        unpacked = re.sub(rb'value="[^"]{60,}"', b"", gzip.decompress(packed.data))
        assert unpacked == re.sub(rb'value="[^"]{60,}"', b"", plain.data)


def test_a_first_visit_stays_below_its_weight(client, world):
    page = len(client.get("/", headers={"Accept-Encoding": "gzip"}).data)
    files = sum(len(asset.compressed) for asset in read_assets().values())
    assert page + files < 60_000  # the goal is 300 KB for the first visit, 60 KB after it
    assert page < 20_000


def test_no_file_asks_another_host():
    for path in FOLDER.rglob("*"):
        if path.suffix in {".css", ".js"}:
            text = path.read_text().replace("http://www.w3.org/", "")
            assert not re.search(r"https?://|//[a-z]+\.[a-z]|@import|url\(", text), path
