from tracker.domain.records import Reason
from tracker.imports.errors import FileError
from tracker.imports.reasons import FILE_TEXTS, TEXTS, explain_file


def test_every_reason_and_every_file_error_has_a_sentence():
    assert set(TEXTS) == set(Reason)
    assert set(FileError.CODES) <= set(FILE_TEXTS)


def test_sentence_names_what_it_is_about():
    assert explain_file(FileError("duplicate_column", "paid")).endswith(": paid")
