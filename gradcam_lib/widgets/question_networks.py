"""The networks that the question explorer may ask, each loaded when it is first asked."""

from __future__ import annotations

from gradcam_lib.language.question_answering import QuestionSystem, load_vqa
from gradcam_lib.widgets.messages import in_words
from gradcam_lib.widgets.source_controls import PHOTO, WORLD

OWN = "own"  # the name of a network that the reader brings
MODELS = {
    WORLD: {
        "world-alexnet": "LSTM + slim AlexNet",
        "world-vgg16": "LSTM + slim VGG-16",
        "world-vgg19": "LSTM + slim VGG-19",
        "world-coattention": "Co-attention on slim ResNet",
    },
    PHOTO: {
        "photo": "LSTM + EfficientNet-Lite0",
        "photo-squeezenet": "LSTM + SqueezeNet",
        "photo-photonet": "LSTM + PhotoNet",
        "photo-coattention": "Co-attention on EfficientNet-Lite0",
    },
}


class Networks:
    """``networks[name]`` is a QuestionSystem; ``last`` holds the name that was asked last for each kind of picture.

    own: a network that the reader brings, for any picture; photographs: what "photo" stands for.
    """

    def __init__(self, own: QuestionSystem | None, photographs: QuestionSystem | None):
        self.loaded = {name: system for name, system in ((OWN, own), (PHOTO, photographs)) if system}
        self.last = {WORLD: "world-vgg16", PHOTO: "photo"}

    def __getitem__(self, name: str) -> QuestionSystem:
        """Errors: ValueError with the way out, for an unknown name and where weights are missing."""
        if name not in self.loaded:
            try:
                self.loaded[name] = load_vqa(name)
            except OSError as error:
                raise ValueError(in_words(error)) from error
        return self.loaded[name]

    def offered(self, kind: str) -> dict[str, str]:
        """Name → label of those that know this kind of picture."""
        return MODELS[kind] | ({OWN: "Your own network"} if OWN in self.loaded else {})

    def check(self, name: str, kind: str) -> None:
        """Errors: ValueError for a network that knows another kind of picture."""
        if any(name in models for models in MODELS.values()) and name not in MODELS[kind]:
            raise ValueError(f"model {name!r}: made for the other kind of picture; choose such a picture first")
