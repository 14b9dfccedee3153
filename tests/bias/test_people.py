"""The eight people that the laboratory and the site show, and their edits."""

import numpy as np

from gradcam_lib.bias.collection import CLINIC
from gradcam_lib.bias.people import VERSIONS, edited, painted, people, truth


def test_two_people_of_every_group_and_none_twice() -> None:
    cells = [f"{role}, {presents}" for role in CLINIC.names for presents in CLINIC.kinds for _ in range(2)]
    assert [truth(worker) for worker in people(0)] == [truth(worker) for worker in people(1)] == cells
    assert len({worker.seed for page in (0, 1) for worker in people(page)}) == 16


def test_an_edit_changes_what_it_names_and_both_is_one_after_the_other() -> None:
    person = people(0)[0]
    assert edited(person, "as drawn") == person
    hair, clothes, both = (edited(person, version) for version in list(VERSIONS)[1:])
    assert (hair.presents, hair.clothes) != (person.presents, person.clothes) and hair.clothes == person.clothes
    assert clothes.hair == person.hair and clothes.clothes != person.clothes
    assert (both.hair, both.clothes) == (hair.hair, clothes.clothes)


def test_an_edited_picture_differs_from_the_one_as_drawn_and_less_than_half() -> None:
    drawn, *others = painted(people(0)[0])
    assert len(others) == len(VERSIONS) - 1
    assert all(0.01 < (image != drawn).any(2).mean() < 0.5 for image in others)
    assert np.array_equal(painted(people(0)[0])[0], drawn)
