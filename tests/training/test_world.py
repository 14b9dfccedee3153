"""The recipes of the rendered world: resumable to the same weights, asked what they should be, measured honestly."""

from collections import Counter

import numpy as np
import pytest
import torch
from torch import nn

from gradcam_lib import load_captioner, load_vqa
from gradcam_lib.results import average, read_results
from gradcam_lib.training import backbone, captioner, loop, vqa
from gradcam_lib.training.asked import Asked, balanced, credits, few, question_only
from gradcam_lib.training.loop import Recipe, fit
from gradcam_lib.worlds import corpus as corpora
from gradcam_lib.worlds import scenes
from gradcam_lib.worlds.corpus import FIRST, corpus
from gradcam_lib.worlds.questions import ANSWERS


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A folder with a small corpus of each split."""
    folder = tmp_path_factory.mktemp("runs")
    for split, n in (("train", 60), ("val", 20), ("test", 40)):
        corpus(split, n, folder)
    return folder


# -- corpus ------------------------------------------------------------------------------------------------------------


def test_a_corpus_is_what_its_seeds_say_and_is_painted_once(runs, monkeypatch):
    monkeypatch.setattr(corpora, "_paint_all", None)  # calling it would be an error
    told = corpus("val", 20, runs)
    scene = scenes.sample(FIRST["val"] + 7)
    assert np.array_equal(told.images[7], scenes.render(scene).image)
    assert told.captions[7] == [s for s, _ in scenes.captions(scene)]
    assert told.questions[7] == scenes.questions(scene)


def test_an_unknown_split_is_named():
    with pytest.raises(ValueError, match="'dev'.*train, val, test"):
        corpus("dev", 10)


def test_painting_that_stops_half_way_leaves_no_corpus(tmp_path, monkeypatch):
    monkeypatch.setattr(corpora, "ProcessPoolExecutor", _Stopping)
    with pytest.raises(KeyboardInterrupt):
        corpus("val", 20, tmp_path)
    assert not [p for p in tmp_path.iterdir() if p.suffix in (".npy", ".json")]
    monkeypatch.undo()
    assert len(corpus("val", 20, tmp_path).images) == 20


class _Stopping:
    def __init__(self, workers): ...
    def __enter__(self):
        return self

    def __exit__(self, *error): ...
    def map(self, function, chunks):
        raise KeyboardInterrupt


# -- questions as numbers ----------------------------------------------------------------------------------------------


def test_the_rows_of_some_scenes_are_their_questions(runs):
    told = corpus("train", 60, runs)
    asked = Asked(told.questions, ANSWERS)
    rows, at = asked.of(torch.tensor([5, 2, 40]))
    found = [(int(i), asked.texts[asked.question[r]], ANSWERS[asked.answer[r]]) for r, i in zip(rows, at, strict=True)]
    expected = [(i, q, a) for i, s in enumerate((5, 2, 40)) for q, a, _, _ in told.questions[s]]
    assert found == expected


def test_questions_of_other_scenes_leave_out_what_was_never_asked(runs):
    seen = Asked(corpus("train", 60, runs).questions, ANSWERS)
    asked = Asked(corpus("test", 40, runs).questions, ANSWERS, like=seen)
    assert asked.texts == seen.texts
    assert seen.possible()[asked.question, asked.answer].all()


def test_few_asks_at_most_so_many_about_each_scene(runs):
    asked = Asked(corpus("train", 60, runs).questions, ANSWERS)
    picked = torch.tensor([3, 9, 30])
    rows, at = few(asked, picked, torch.Generator().manual_seed(1), 2)
    assert (asked.picture[rows] == picked[at]).all() and len(set(rows.tolist())) == len(rows)
    assert max(Counter(at.tolist()).values()) == 2 and set(at.tolist()) == {0, 1, 2}


def test_scores_of_answers_that_a_question_never_has_do_not_count(runs):
    asked = Asked(corpus("train", 60, runs).questions, ANSWERS)
    model = backbone.Answering(nn.Flatten(), asked.possible())
    scores = model(torch.randn(4, 3, 2, 2))
    rows, at = asked.of(torch.arange(4))
    logits = model.answers(scores, at, asked.question[rows])
    assert torch.equal(logits.isfinite(), asked.possible()[asked.question[rows]])
    assert logits[torch.arange(len(rows)), asked.answer[rows]].isfinite().all()


class _Rows:
    """Questions by hand: twenty of one, thirteen of another."""

    texts = ["how many?", "where?"]
    question = torch.tensor([0] * 20 + [1] * 13)
    answer = torch.tensor([1] * 12 + [2] * 6 + [3] * 2 + [1] * 7 + [4] * 6)


def test_in_the_balanced_rows_every_answer_is_as_frequent():
    rows = balanced(_Rows)
    counts = Counter(zip(_Rows.question[rows].tolist(), _Rows.answer[rows].tolist(), strict=True))
    assert counts == {(0, 1): 6, (0, 2): 6, (1, 1): 6, (1, 4): 6}  # the answer that occurs twice is left out


def test_who_does_not_look_does_no_better_than_chance_there():
    blind = credits(_Rows, question_only(_Rows, _Rows))
    assert blind.mean() == pytest.approx((12 + 7) / 33)
    assert blind[balanced(_Rows)].mean() == 0.5


# -- the loop ----------------------------------------------------------------------------------------------------------


def _problem():
    torch.manual_seed(0)
    x = torch.randn(40, 3)
    y = x @ torch.tensor([1.0, -2.0, 0.5])
    model = nn.Sequential(nn.Linear(3, 8), nn.Dropout(0.1), nn.Linear(8, 1))
    return model, lambda pick, g: ((model(x[pick])[:, 0] - y[pick]) ** 2).mean()


def _run(runs, stop_after=None, epochs=4, **more):
    model, loss = _problem()
    calls = []

    def loss_of(pick, g):
        calls.append(1)
        if stop_after is not None and len(calls) > stop_after:
            raise KeyboardInterrupt
        return loss(pick, g)

    recipe = Recipe("problem", epochs, 8, 0.01, **more)
    history = fit(model, 40, loss_of, recipe, validate=lambda: float(loss(torch.arange(40), None)), runs=runs)
    return model, history


def test_a_run_that_was_killed_ends_in_the_same_weights(tmp_path):
    whole, history = _run(tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        _run(tmp_path / "killed", stop_after=13)  # in the third epoch of five steps
    again, resumed = _run(tmp_path / "killed")
    assert resumed == history and history[-1] < history[0]
    assert all(torch.equal(a, b) for a, b in zip(whole.parameters(), again.parameters(), strict=True))


def test_a_checkpoint_of_another_recipe_is_not_gone_on_with(tmp_path):
    _run(tmp_path, epochs=1)
    with pytest.raises(SystemExit, match="belongs to another recipe"):
        _run(tmp_path, epochs=2)


def test_training_ends_when_nothing_improves_and_the_best_epoch_stays(tmp_path):
    model, loss = _problem()
    unseen = iter([3.0, 1.0, 2.0, 2.5, 0.1])
    kept = []

    def validate():
        kept.append({k: v.clone() for k, v in model.state_dict().items()})
        return next(unseen)

    history = fit(model, 40, loss, Recipe("p", 9, 8, 0.01, patience=2), validate=validate, runs=tmp_path)
    assert history == [3.0, 1.0, 2.0, 2.5]
    assert all(torch.equal(kept[1][k], v) for k, v in model.state_dict().items())


def test_the_learning_rate_rises_and_falls():
    rates = [loop.one_cycle(step, 100, 0.1) for step in range(100)]
    assert max(rates) == pytest.approx(0.1) and rates[0] < 0.01 and rates[-1] < 0.001


# -- whole recipes -----------------------------------------------------------------------------------------------------


def _options(runs, tmp_path, *more):
    options = ("--scenes", "60", "--unseen", "20", "--epochs", "1", "--runs", str(runs))
    return [*options, "--out", str(tmp_path), "--results", str(tmp_path), *more]


def test_recipes_write_weights_that_load_and_numbers_that_are_read(runs, tmp_path):
    for name in ("alexnet", "vgg16", "vgg16_again", "resnet"):
        backbone.main(_options(runs, tmp_path, "--name", name)[:-4] + ["--name", name])
    vqa.main(_options(runs, tmp_path, "--backbone", "alexnet", "--test", "40"))
    vqa.main(_options(runs, tmp_path, "--name", "coattention", "--test", "40"))
    captioner.main(_options(runs, tmp_path, "--test", "40", "--tuning", "1"))
    picture = scenes.render(scenes.sample(1)).image
    for name in ("alexnet", "coattention"):
        system = load_vqa(f"world-{name}", weights=tmp_path / f"vqa_world_{name}.safetensors")
        assert system.answer(picture, "Where is this?")[0][0] in ANSWERS
        numbers = read_results(f"vqa_{name}", folder=tmp_path)
        assert 0 <= numbers["accuracy"]["low"] <= numbers["accuracy"]["high"] <= 1
        assert numbers["n"] == numbers["questions"] > 200
    speaker = load_captioner("world", weights=tmp_path / "captioner_world.safetensors")
    assert speaker.caption(picture)
    assert set(read_results("captioner", folder=tmp_path)) >= {"content_word_f1", "bleu_4", "cider_d"}


def test_a_deeper_network_begins_with_the_layers_of_the_shallower(runs, tmp_path):
    for name in ("vgg16", "vgg19"):
        backbone.main(_options(runs, tmp_path, "--name", name, "--seed", "3")[:-4] + ["--name", name, "--seed", "3"])
    shallow, deep = (backbone.trained_backbone(name, 3, runs).state_dict() for name in ("vgg16", "vgg19"))
    apart = {k: float((deep[k] - v).norm() / v.norm()) for k, v in shallow.items() if k.endswith("weight")}
    assert max(apart.values()) < 0.7  # of two networks that began apart it would be 1.4


def test_a_head_without_its_backbone_says_what_to_run(runs, tmp_path):
    with pytest.raises(SystemExit, match="training.backbone --name vgg19"):
        vqa.main(_options(runs, tmp_path, "--backbone", "vgg19", "--test", "40"))


def test_content_words_are_compared_with_the_reference_that_agrees_best():
    references = ["a man flying a red kite on a beach", "a person flying a kite"]
    assert captioner.content_f1("a man is flying a red kite on the beach", references) == 1
    assert captioner.content_f1("a woman flying a red kite on a beach", references) == pytest.approx(0.8)


def test_the_bootstrap_interval_holds_the_mean_and_shrinks():
    values = np.random.default_rng(0).normal(5, 1, 400)
    few, many = average(values[:40]), average(values)
    assert few["low"] < few["value"] < few["high"]
    assert many["high"] - many["low"] < (few["high"] - few["low"]) / 2
    assert many["high"] - many["low"] == pytest.approx(2 * 1.96 / 20, rel=0.15)
