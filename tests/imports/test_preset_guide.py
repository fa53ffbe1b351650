"""The guides to presets say what is so: the list is made of the presets, the examples are tried."""

import json
import re

import pytest

from tests.imports.files import write
from tests.imports.world import EXAMPLES
from tracker.imports import presets as presets_module
from tracker.imports import sniff as sniff_module
from tracker.imports.preset_guide import GUIDE, guide, lacking
from tracker.imports.presets import presets
from tracker.imports.run import try_file

HOW_TO = (EXAMPLES.parent / "guide" / "add-a-preset.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(csv|toml|json)\n(.*?)```", HOW_TO, re.DOTALL)
TRIED = [BLOCKS[start : start + 3] for start in range(0, len(BLOCKS), 3)]


def test_list_of_presets_is_what_the_presets_say():
    assert GUIDE.read_text(encoding="utf-8") == guide()


def test_every_preset_says_what_it_is_and_stands_in_the_list_once():
    assert lacking() == []
    for name in presets():
        assert guide().count(f"### `{name}` ") == 1


@pytest.mark.parametrize("blocks", TRIED, ids=["spend", "figures"])
def test_example_reads_its_file_as_the_guide_says(world, tmp_path, monkeypatch, blocks):
    assert [kind for kind, _ in blocks] == ["csv", "toml", "json"]
    (_, csv), (_, toml), (_, answer) = blocks
    said = json.loads(answer)
    path = tmp_path / f"{said['preset']}.toml"
    path.write_text(toml, encoding="utf-8")
    preset = presets_module._read(path)
    known = {preset.name: preset, **presets()}
    monkeypatch.setattr(sniff_module, "presets", lambda: known)
    if said["currency"] != "CNY":
        world = world.in_currency(said["currency"])
    name = re.search(r"`(\w+_2026-\S+\.csv)`", HOW_TO)[1]
    document = try_file(world.database, write(tmp_path, csv, name), world.request()).as_json()
    assert {key: document[key] for key in said if key != "totals"} == {
        key: value for key, value in said.items() if key != "totals"
    }
    assert {key: document["totals"][key] for key in said["totals"]} == said["totals"]


def test_how_to_names_every_scope_and_metric():
    from tracker.imports.readers.claims import COUNTS, MONEY, QUALIFIERS

    for word in (*MONEY, *COUNTS, *(q for q in QUALIFIERS if q)):
        assert f"`{word}`" in HOW_TO, word
