import pytest

from tests.imports.world import make_world


@pytest.fixture
def world(database):
    return make_world(database)
