import pytest

from tests.factories import WorkspaceFactory
from tracker.services.addresses import (
    allow_value,
    allowed_values,
    delete_template,
    disallow_value,
    save_template,
)
from tracker.services.errors import RefusedError


def test_values_are_compared_in_one_spelling(session, workspace):
    allow_value(session, workspace, field="source", value=" XiaoHongShu ")
    row = allow_value(session, workspace, field="source", value="douyin")
    assert allowed_values(session, workspace.id) == {"source": ("douyin", "xiaohongshu")}
    for field, value, code in [("source", "XIAOHONGSHU", "value_known"), ("source", " ",
                               "value_missing"), ("id", "a", "unknown_value")]:  # fmt: skip
        with pytest.raises(RefusedError) as refused:
            allow_value(session, workspace, field=field, value=value)
        assert refused.value.code == code
    disallow_value(session, WorkspaceFactory(), row.id)
    assert len(allowed_values(session, workspace.id)["source"]) == 2
    disallow_value(session, workspace, row.id)
    disallow_value(session, workspace, row.id)
    assert allowed_values(session, workspace.id) == {"source": ("xiaohongshu",)}


def test_a_template_of_the_same_name_is_replaced(session, workspace):
    first = save_template(
        session, workspace, name="Notes", target_url="https://shop.example/a", utm_source="xhs"
    )
    second = save_template(session, workspace, name=" Notes ", utm_medium="kol")
    assert first.id == second.id
    assert (second.target_url, second.utm_source, second.utm_medium) == ("", "", "kol")
    with pytest.raises(RefusedError):
        save_template(session, workspace, name="B", target_url="javascript:alert(1)")
    with pytest.raises(RefusedError):
        save_template(session, workspace, name="  ")
    delete_template(session, WorkspaceFactory(), first.id)
    delete_template(session, workspace, first.id)
    delete_template(session, workspace, first.id)
