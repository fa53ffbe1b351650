from tracker.domain import number_words as words


def test_no_word_says_two_things_at_the_same_place():
    before = [words.LEAST_BEFORE, words.MOST, words.ABOUT, words.NOT_A_COUNT_BEFORE]
    for place, one in enumerate(before):
        for other in before[place + 1 :]:
            assert one & other == frozenset()
    assert frozenset() == words.LEAST_AFTER & words.NOT_A_COUNT_AFTER


def test_words_are_in_lower_case_and_without_blanks():
    tables = [words.LEAST_BEFORE, words.LEAST_AFTER, words.MOST, words.ABOUT, words.FREE]
    for table in [*tables, words.SCALES.keys()]:
        assert [word for word in table if word != word.lower() or " " in word] == []


def test_a_scale_that_stands_alone_as_a_letter_must_be_a_capital_after_a_blank():
    assert {w for w, scale in words.SCALES.items() if scale.capital} == {"m", "b", "n"}
    assert not words.SCALES["w"].spaced
