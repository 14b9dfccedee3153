"""Questions about a picture, their answers, and where in the picture an answer comes from.   Notebook 08.

A question that is fixed turns the network into a classifier of pictures, whose classes are the answers.
"""

from __future__ import annotations

import reprlib
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from gradcam_lib.explanation import Explanation, explain
from gradcam_lib.language.systems import System, WithWords, load_system, transform_of
from gradcam_lib.networks.coattention import Answered, CoAttention
from gradcam_lib.networks.vocabulary import PAD, tokenise
from gradcam_lib.networks.weights import found
from gradcam_lib.networks.zoo import Classifier
from gradcam_lib.pictures.crops import Crop
from gradcam_lib.pictures.images import Source
from gradcam_lib.targets import TargetLike, index_of

COMMAND = "python -m gradcam_lib.training.vqa"
FILES = {
    f"world-{name}": (f"vqa_world_{name}.safetensors", f"{COMMAND} --backbone {name}")
    for name in ("alexnet", "vgg16", "vgg19")
}
FILES["world-coattention"] = ("vqa_world_coattention.safetensors", f"{COMMAND} --name coattention")
FILES["photo"] = ("vqa_photo.safetensors", f"{COMMAND} --data flickr8k --size 288")
FILES["photo-coattention"] = (
    "vqa_photo_coattention.safetensors",
    f"{COMMAND} --data flickr8k --name coattention --size 288",
)
for name in ("squeezenet", "photonet"):
    FILES[f"photo-{name}"] = (f"vqa_photo_{name}.safetensors", f"{COMMAND} --data flickr8k --backbone {name}")


def load_vqa(
    name: str = "world-vgg16", *, device: torch.device | str = "cpu", weights: str | Path = "default"
) -> QuestionSystem:
    """A network that answers questions, by name.

    name: "world-alexnet", "world-vgg16", "world-vgg19" (LSTM + CNN), "world-coattention", which know the rendered
    scenes; "photo", "photo-coattention", "photo-squeezenet", "photo-photonet", which look at photographs through a
    published network: that must be at hand, see ``load_classifier``. weights: "default" or a file.
    Errors: unknown name; FileNotFoundError with the command that trains it, or WeightsMissing; WeightsWrong.
    """
    path, where = found(name, FILES, weights)
    model, vocabulary, about = load_system(path, ("LSTMCNN", "CoAttention"))
    source = f"{about['system']} {name!r} on {about['cnn']}, weights {where}"
    return QuestionSystem(model.to(device), vocabulary, source, transform_of(model), about["answers"])


@dataclass(frozen=True, eq=False)
class QuestionSystem(System):
    """Answers questions about a picture and explains any answer. Made by :func:`load_vqa`."""

    answers: list[str] = field(default_factory=list)

    def answer(
        self, image: Source, question: str, k: int = 1, *, crop: Crop = "middle", size: int | None = None
    ) -> list[tuple[str, float]]:
        """The k likeliest answers and their probabilities, likeliest first.

        size: of the input in pixels, default: that of the training. crop, errors: as for ``explanation``.
        """
        if isinstance(k, bool) or not isinstance(k, int) or k < 1:
            raise ValueError(f"k={k!r}: ask for one answer or more")
        return self.asked(question).top(self.to_input(image, crop=crop, size=size), k)

    def asked(self, *questions: str) -> Classifier:
        """The network with this question: a classifier of pictures, whose classes are the answers.

        With it every function of the library works, such as ``occlusion_map(vqa.asked(question), x, "red")``. The
        answers to several questions stand one after the other: the picture is looked at once for all of them.
        """
        words = pad_sequence([self.tokens(one)[0] for one in questions], batch_first=True, padding_value=PAD)
        return self._as_classifier(Asked(self.model, words), self.answers * len(questions))

    def explain(
        self,
        image: Source,
        question: str,
        answer: TargetLike = None,
        *,
        crop: Crop = "middle",
        size: int | None = None,
    ) -> Tensor:
        """Grad-CAM (h, w) of an answer; of the predicted one where none is given or the network does not know it."""
        return self.explanation(image, question, answer, crop=crop, size=size).map()

    def explanation(
        self,
        image: Source,
        question: str,
        answer: TargetLike = None,
        *,
        crop: Crop = "middle",
        size: int | None = None,
    ) -> AnswerExplanation:
        """One forward pass, then the map of every answer you like; ``answer`` is the one meant where none is named.

        crop: the part of the picture that is seen. size: of the input in pixels; a larger one gives a finer map, see
        ``to_input``. It changes the explanation alone: without ``answer``, the one meant is that of
        ``answer(image, question)``, which is given at the network's own size; ``predicted`` is the likeliest at
        ``size``.
        Errors: a question without words or of more than 500 characters, and what ``load_image`` objects to.
        """
        network = self.asked(question)
        if answer is None and size not in (None, self.transform.crop):
            answer = self.answer(image, question, crop=crop)[0][0]
        e = explain(network, self.to_input(image, crop=crop, size=size), pixels=True)
        attention = network.model.attention
        return AnswerExplanation(e, tokenise(question), self.vocabulary.unknown(question), answer, attention)


class Asked(WithWords):
    """words: (Q, T) of Q questions, PAD at the end → the logits of all answers, (N, Q · answers).

    attention: co-attention's own of the last pass, on the picture (N · Q, 3, h, w) and on the question (N · Q, 3, T).
    """

    attention: tuple[Tensor, Tensor] | None = None

    def forward(self, x: Tensor) -> Tensor:
        read = self.system.of_map if isinstance(self.system, CoAttention) else self.system.logits
        result = read(self.system.cnn(x).repeat_interleave(len(self.words), 0), self.words.repeat(len(x), 1))
        if isinstance(result, Answered):
            self.attention = result.image.detach(), result.question.detach()
            result = result.logits
        return result.unflatten(0, (len(x), -1)).flatten(1)


class AnswerExplanation:
    """The answers' scores for one picture and question, and the way back from them to the picture.

    words: the question's, as they were read; unknown: those the network does not know. An answer is a name, a number,
    or a target such as ``class_score("red") - class_score("green")``; None is the one that ``explanation`` was asked
    for, else the predicted one. One that the network does not know gives way to the predicted one, and ``note`` says
    so. Maps are (h, w), on the model's device, not scaled. ``explanation`` has all the rest.

    attention, question_attention: co-attention's own, (3, h, w) and (3, T), at word, phrase and question level; None
    for the networks without attention.
    """

    def __init__(
        self,
        explanation: Explanation,
        words: list[str],
        unknown: list[str],
        answer: TargetLike,
        attention: tuple[Tensor, Tensor] | None,
    ):
        self.explanation, self.words, self.unknown = explanation, words, unknown
        self.answers, self._asked_for = list(explanation.names), answer
        self.attention, self.question_attention = (a[0] for a in attention) if attention else (None, None)

    @property
    def logits(self) -> Tensor:
        """(answers,), before the softmax."""
        return self.explanation.logits[0]

    @property
    def predicted(self) -> str:
        return self.answers[int(self.logits.argmax())]

    @property
    def answer(self) -> str:
        """The answer that is explained where none is named; a target in its own words."""
        target = self._target(None)
        return self.answers[target] if isinstance(target, int) else repr(target)

    def top(self, k: int = 5) -> list[tuple[str, float]]:
        """The k likeliest answers and their probabilities."""
        return self.explanation.top(k)

    def map(self, answer: TargetLike = None) -> Tensor:
        """Grad-CAM, (h, w) ≥ 0."""
        return self.signed(answer).relu()

    def maps(self, answers: list) -> Tensor:
        """Grad-CAM of M answers in one batched backward pass, (M, h, w)."""
        return self.explanation.maps([self._target(answer) for answer in answers])

    def signed(self, answer: TargetLike = None) -> Tensor:
        """(h, w) before the ReLU."""
        return self.explanation.signed(self._target(answer))[0]

    def counterfactual(self, answer: TargetLike = None) -> Tensor:
        """(h, w) ≥ 0: what speaks against the answer."""
        return (-self.signed(answer)).relu()

    def guided(self, answer: TargetLike = None) -> Tensor:
        """Guided backprop, (3, H, W), signed. The rule is for ReLUs; tanh and softmax are passed as they are."""
        return self.explanation.pixel_gradient(self._target(answer), rule="guided", strict=False)[0]

    def guided_grad_cam(self, answer: TargetLike = None) -> Tensor:
        """Guided backprop times the upsampled Grad-CAM, (3, H, W)."""
        return self.explanation.guided_grad_cam(self._target(answer), strict=False)[0]

    def note(self, answer: TargetLike = None) -> str:
        """What a reader should know: another answer is explained than was named, the map is empty; else ""."""
        wanted = self._asked_for if answer is None else answer
        notes = [self.explanation.note(self._target(answer))]
        if wanted is not None and self._known(wanted) is None:
            notes.insert(0, f"{reprlib.repr(wanted)} is none of the {len(self.answers)} answers; "
                            f"the predicted one, {self.predicted!r}, is explained")  # fmt: skip
        return "; ".join(note for note in notes if note)

    def _target(self, answer: TargetLike) -> TargetLike:
        for wanted in (answer, self._asked_for):
            if wanted is not None:
                known = self._known(wanted)
                return int(self.logits.argmax()) if known is None else known
        return int(self.logits.argmax())

    def _known(self, answer: TargetLike) -> TargetLike:
        """The answer as a target; None where its name is unknown."""
        if not isinstance(answer, str):
            return answer if callable(answer) else index_of(answer, self.answers)
        named = " ".join(answer.lower().split())
        return self.answers.index(named) if named in self.answers else None
