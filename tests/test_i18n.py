"""Every text in both languages, and no text that could break a page."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from tracker import i18n
from tracker.domain.channels import Channel, Kind
from tracker.domain.identity import LinkEvidence, Verdict
from tracker.domain.paths import Conflict, Evidence, Reason, Signal, TouchKind
from tracker.imports.presets import presets
from tracker.models.credit import MODELS
from tracker.models.shop import PLATFORMS
from tracker.models.user import ROLES
from tracker.reports.state import BASES, COMPARISONS, PRESETS, STATUSES
from tracker.web import wording

ROOT = Path(__file__).resolve().parent.parent
KEYWORDS = {
    "_": None, "gettext": None, "ngettext": (1, 2), "lazy_gettext": None, "_l": None, "mark": None,
}  # fmt: skip
PLACE = re.compile(r"%\([a-z_]+\)[sd]|%%")


@cache
def used() -> frozenset[str]:
    """Every message id in sources and templates."""
    found = set()
    for folder, method in (
        ("tracker", [("**.py", "python")]),
        ("templates", [("**.html", "jinja2")]),
    ):
        for _file, _line, message, _comments, _context in extract_from_dir(
            ROOT / folder, method_map=method, keywords=KEYWORDS
        ):
            found.add(message if isinstance(message, str) else message[0])
    return frozenset(found)


@cache
def catalogue() -> Catalog:
    with open(i18n.catalogue_path("zh_CN"), "rb") as file:
        return read_po(file, locale="zh_CN")


def entries() -> dict[str, str]:
    pairs = {}
    for message in catalogue():
        if message.id:
            key = message.id if isinstance(message.id, str) else message.id[0]
            text = message.string if isinstance(message.string, str) else message.string[0]
            pairs[key] = text
    return pairs


def test_every_text_is_translated_and_none_is_left_over():
    missing = sorted(used() - {key for key, text in entries().items() if text})
    assert missing == []
    assert sorted(entries().keys() - used()) == []


def test_nothing_waits_for_review():
    assert [message.id for message in catalogue() if message.id and message.fuzzy] == []


@pytest.mark.parametrize("pair", sorted(entries().items()), ids=lambda pair: pair[0][:40])
def test_a_translation_has_the_same_places_and_no_markup(pair):
    message, text = pair
    assert sorted(PLACE.findall(text)) == sorted(PLACE.findall(message))
    # Templates hold these texts for safe: they are ours. So they may carry nothing that is markup.
    assert not set('<>"&') & set(message + text)


def test_a_text_is_the_same_with_and_without_a_request():
    assert i18n.gettext("zh_CN", "Net revenue") == "净成交额"
    assert i18n.gettext("en", "Net revenue") == "Net revenue"
    assert i18n.gettext("zh_CN", "%(n)s orders", n=3) == "3 单"
    assert i18n.ngettext("en", "%(num)s item", "%(num)s items", 2) == "2 items"
    assert i18n.ngettext("zh_CN", "%(num)s item", "%(num)s items", 2) == "2 项"


@pytest.mark.parametrize(
    ("name", "locale"),
    [
        ("zh", "zh_CN"), ("zh-Hans", "zh_CN"), ("zh_TW", "zh_CN"), ("ZH-cn", "zh_CN"),
        ("en", "en"), ("en-GB", "en"), ("fr", "en"), ("", "zh_CN"), (None, "zh_CN"),
    ],
)  # fmt: skip
def test_any_name_of_a_language_leads_to_one_of_ours(name, locale):
    assert i18n.known_locale(name) == locale


CODES = {
    "channel": [*(str(c) for c in Channel), "unattributed"],
    "kind": [*(str(k) for k in Kind), "total", "unattributed"],
    "model": MODELS,
    "comparison": COMPARISONS,
    "preset": PRESETS,
    "basis": BASES,
    "order_status": STATUSES,
    "role": ROLES,
    "platform": PLATFORMS,
    "evidence": [*(str(s) for s in Signal), *(str(e.name) for e in Evidence), "none"],
    "touch_kind": [kind.name for kind in TouchKind],
    "unqualified": [r.name for r in Reason if r is not Reason.qualified] + ["unknown_code"],
    "verdict": [str(v) for v in Verdict],
    "claim": [str(e) for e in LinkEvidence],
    "conflict": [*(str(c.name) for c in Conflict), "visitors"],
    "import_kind": list(presets()),
    "import_status": ["uploaded", "queued", "running", "done", "failed", "cancelled"],
    "customer": ["new", "returning", "unknown"],
}


@pytest.mark.parametrize("group", sorted(CODES))
def test_every_stored_code_has_a_word(group):
    assert set(CODES[group]) - set(i18n.LABELS[group]) == set()


def test_a_code_without_a_word_is_shown_as_it_is():
    assert i18n.label("zh_CN", "platform", "somewhere") == "somewhere"


def test_every_open_question_and_tag_of_the_reports_has_a_sentence():
    questions = (ROOT / "tracker/reports/questions.py").read_text()
    listed = re.findall(r"^\| ([a-z_]+) \| ", questions, re.M)
    assert set(listed) - {"code"} == set(wording.QUESTIONS)
    rows = (ROOT / "tracker/reports/rows.py").read_text()
    for code in wording.TAGS:
        assert code in rows


def test_every_refusal_of_a_service_has_a_sentence():
    raised = set()
    for path in (ROOT / "tracker/services").glob("*.py"):
        raised |= set(re.findall(r'RefusedError\(\s*"([a-z_]+)"', path.read_text()))
        raised |= set(re.findall(r'UserError\(\s*"([a-z_]+)"', path.read_text()))
    known = set(wording.REFUSALS) | {"unknown_value"}
    assert raised - known == set()
