"""The command from end to end on photographs made here."""

import json

from support.coco_outlined import outlined_coco

from gradcam_lib.results import read_results
from gradcam_lib.studies.tagger import __main__ as command
from gradcam_lib.studies.tagger import looks, scores


def test_a_small_study_from_end_to_end(tmp_path, monkeypatch):
    monkeypatch.setattr(looks, "SIZE", 64)
    monkeypatch.setattr(scores, "LEAST", 2)
    coco = outlined_coco(tmp_path, 3)
    command.main(["--data", str(coco), "--pictures", "2", "--results", str(tmp_path)])
    told = read_results("tagger", folder=tmp_path)
    assert told["n"] == 2 and told["command"] == "python -m gradcam_lib.studies.tagger --pictures 2"
    assert json.dumps(told) and "person" in told["with masks"] and "water" in told["tags"]
    assert told["precision"]["by tag"]["dog"] == {"precision": 1.0, "prevalence": 1.0}
    assert {"grad_cam", "guided", "no_tag", "elsewhere", "centre", "random"} <= set(told["pointing"])
    assert told["targets"]["there"]["maps"] == 4 and told["cam differs by"] < 1e-3
    assert told["targets"]["absent"]["maps"] == 2 * (len(told["with masks"]) - 2)
    assert told["absent"]["look_alikes"].keys() == set(told["with masks"])
