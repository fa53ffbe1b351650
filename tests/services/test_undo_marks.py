"""What hangs on rows that are undone: which level of spend counts, figures, people of a file."""

import pytest
from sqlalchemy import func, select

from tests.imports.files import write
from tests.imports.test_notices import ITEMS, JINGXUAN, PLANS
from tests.imports.world import make_world
from tests.services.test_undo import load, undo
from tracker.models import Influencer, PlatformFigure, SocialAccount, Spend

SOLD = "总成交金额"


@pytest.fixture
def world(database):
    return make_world(database)


def with_sales(text):
    head, *rows = text.splitlines()
    return "\n".join([f"{head},{SOLD}", *(f"{row},500" for row in rows)]) + "\n"


def counting(world, model):
    with world.database.read() as session:
        layers = select(model.layer).where(model.is_detail.is_(False)).distinct()
        return session.scalars(layers).all()


def test_undone_plans_leave_the_items_counting(world, tmp_path):
    plans = load(world, write(tmp_path, PLANS, "a.csv"))
    load(world, write(tmp_path, ITEMS, "b.csv"))
    assert counting(world, Spend) == ["campaign"]
    assert undo(world, plans) == 0
    assert counting(world, Spend) == ["item"]


def test_undone_plans_leave_the_items_counting_with_their_figures(world, tmp_path):
    plans = load(world, write(tmp_path, with_sales(PLANS), "a.csv"))
    load(world, write(tmp_path, with_sales(ITEMS), "b.csv"))
    assert counting(world, Spend) == counting(world, PlatformFigure) == ["campaign"]
    assert undo(world, plans) == 0
    assert counting(world, Spend) == counting(world, PlatformFigure) == ["item"]
    with world.database.read() as session:
        assert session.scalar(select(func.sum(Spend.amount_minor))) == 10_000


def test_undone_items_leave_the_plans_as_they_were(world, tmp_path):
    load(world, write(tmp_path, with_sales(PLANS), "a.csv"))
    items = load(world, write(tmp_path, with_sales(ITEMS), "b.csv"))
    assert undo(world, items) == 0
    assert counting(world, Spend) == counting(world, PlatformFigure) == ["campaign"]
    assert world.count("spend") == world.count("platform_figure") == 2


def test_people_who_came_with_a_file_go_with_it(world, tmp_path):
    batch = load(world, write(tmp_path, JINGXUAN))
    assert undo(world, batch) == 0
    with world.database.read() as session:
        assert session.scalars(select(Influencer)).all() == []
        assert session.scalars(select(SocialAccount)).all() == []
