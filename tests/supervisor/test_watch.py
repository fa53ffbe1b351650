import os

from tracker.supervisor.watch import Watch


def test_an_edited_file_is_noticed_once(tmp_path):
    file = tmp_path / "tracker" / "domain" / "money.py"
    file.parent.mkdir(parents=True)
    file.write_text("")
    watch = Watch(tmp_path)
    assert not watch.changed()
    os.utime(file, (1, 1))
    assert watch.changed()
    assert not watch.changed()


def test_new_and_deleted_files_are_noticed_and_data_is_not(tmp_path):
    (tmp_path / "tracker").mkdir()
    watch = Watch(tmp_path)
    (tmp_path / "tracker" / "new.py").touch()
    assert watch.changed()
    (tmp_path / "tracker" / "new.py").unlink()
    assert watch.changed()
    (tmp_path / "tracker" / "notes.txt").touch()
    assert not watch.changed()
