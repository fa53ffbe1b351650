"""Whoever writes raw facts must say which days they make stale."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

RAW = {"Order", "OrderLine", "OrderCoupon", "OrderMark", "OrderVisitor", "Refund", "AffiliateRow",
       "Touch", "Visit", "Spend", "GoodsCost", "Deal", "CouponOwnership",
       "OrderDecision", "CustomerLock", "AgencyBuyer"}  # fmt: skip
"""Tables on which credits, costs or traffic depend directly."""

WRITERS = {"upsert", "insert_new", "update", "delete", "insert"}

MARKED_BY_CALLER = {
    "tracker/services/order_parts.py": "orders.py, its only caller, marks the orders' days",
}
"""Modules that write raw facts for another one, which marks."""

SERVICES = sorted((ROOT / "tracker" / "services").glob("*.py"))


def written(tree: ast.AST) -> set[str]:
    """Raw tables that a module writes: in the arguments of a writer, or made as objects."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id in WRITERS:
                inner = [n for argument in node.args for n in ast.walk(argument)]
                found |= {n.id for n in inner if isinstance(n, ast.Name)} & RAW
            found |= {node.func.id} & RAW
    return found


def marks(tree: ast.AST) -> bool:
    """Whether a module calls a function of `dirty`."""
    return any(
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "dirty"
        for node in ast.walk(tree)
    )


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.stem)
def test_a_service_that_writes_raw_facts_marks_days_dirty(path: Path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    name = str(path.relative_to(ROOT))
    if written(tree) and name not in MARKED_BY_CALLER:
        assert marks(tree), f"{name} writes {sorted(written(tree))} and marks nothing"


def test_the_rule_sees_writers_at_all():
    seen = [path.stem for path in SERVICES if written(ast.parse(path.read_text(encoding="utf-8")))]
    assert {"orders", "refunds", "touches", "spend", "deals", "visits"} <= set(seen)


def test_only_one_module_writes_dirty_days():
    outside = []
    for path in SERVICES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                inner = {n.id for a in node.args for n in ast.walk(a) if isinstance(n, ast.Name)}
                if node.func.id in {"insert", "insert_new", "upsert"} and "DirtyDay" in inner:
                    outside.append(path.stem)
    assert set(outside) <= {"dirty"}
