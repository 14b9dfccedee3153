"""VQA v2's questions and answers, read and written in its JSON format (Goyal et al. 2017), and their soft accuracy.

Every error is a ValueError, or a FileNotFoundError, that names the file, the record and the field.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from gradcam_lib.datasets.records import Record, by_id, file_in, read_json, write_json

ARTICLES = ("a", "an", "the")
NUMBERS = {word: str(n) for n, word in enumerate("zero one two three four five six seven eight nine ten".split())}
NUMBERS["none"] = "0"
CONTRACTIONS = {  # without the apostrophe → with it, only where nobody means another word
    word.replace("'", ""): word
    for word in (
        "ain't aren't can't couldn't didn't doesn't don't hadn't hasn't haven't isn't mightn't mustn't needn't shan't "
        "shouldn't wasn't weren't won't wouldn't could've might've must've should've would've i'm i've you'd you'll "
        "you're you've he's it'd it'll they'd they'll they're they've we've that's there's what's where's when's who'd "
        "who'll who's why's how'd how's ma'am o'clock y'all"
    ).split()
}


# The 65 of VQA v2, in the order of its file mscoco_question_types.txt; the last stands for all other questions.
QUESTION_TYPES = tuple(
    "how many,is the,what,what color is the,what is the,is this,is this a,what is,are the,what kind of,is there a,"
    "what type of,is it,what are the,where is the,is there,does the,what color are the,are these,are there,which,is,"
    "what is the man,is the man,are,how,does this,what is on the,what does the,how many people are,what is in the,"
    "what is this,do,what are,are they,what time,what sport is,are there any,is he,what color is,why,where are the,"
    "what color,who is,what animal is,is the woman,is this an,do you,how many people are in,what room is,has,"
    "is this person,what is the woman,can you,why is the,is the person,what is the color of the,what is the person,"
    "could,was,is that a,what number is,what is the name,what brand,none of the above".split(",")
)


@dataclass(frozen=True, slots=True)  # VQA v2 has millions of them
class Answer:
    """What one person answered, and whether they were sure: "yes", "maybe" or "no"."""

    answer: str
    answer_id: int
    answer_confidence: str = "yes"


@dataclass(frozen=True)
class Question:
    """A question with its answers, ten in VQA v2; path where a folder of pictures was given.

    answer_type: "yes/no", "number" or "other". question_type: one of ``QUESTION_TYPES``. Both group results.
    """

    question_id: int
    image_id: int
    question: str
    question_type: str
    answer_type: str
    multiple_choice_answer: str
    answers: tuple[Answer, ...]
    path: Path | None = field(default=None, compare=False)

    def accuracy(self, answer: str) -> float:
        """``accuracy`` of an answer to this question."""
        return accuracy(answer, [given.answer for given in self.answers])


def question_type(question: str) -> str:
    """The longest of ``QUESTION_TYPES`` that the question begins with: "What color is the hat?" → what color is the."""
    words = re.findall(r"[\w'’]+", question.lower())
    begins = (" ".join(words[:n]) for n in range(len(words), 0, -1))
    return next((begin for begin in begins if begin in QUESTION_TYPES), QUESTION_TYPES[-1])


def image_name(image_id: int, data_subtype: str, suffix: str = ".jpg") -> str:
    """The file of a picture: 42 of val2014 → COCO_val2014_000000000042.jpg."""
    return f"COCO_{data_subtype}_{image_id:012d}{suffix}"


def read(questions_path: str | Path, annotations_path: str | Path, images: str | Path | None = None) -> list[Question]:
    """The questions of one file joined with the answers of the other, in the order of the questions.

    images: the folder of the pictures, named as ``image_name`` does (.jpg or .png) or by the twelve digits alone, as
    since COCO 2017. Each question must have its annotation, each annotation its question, about the same picture.
    """
    questions, annotations = read_json(questions_path), read_json(annotations_path)
    asked = by_id(questions.records("questions"), "question_id")
    answered = by_id(annotations.records("annotations"), "question_id")
    for id, row in asked.items():
        if id not in answered:
            raise row.error(f"question_id={id} has no annotation in {annotations_path}; do the files belong together?")
    for id, row in answered.items():
        if id not in asked:
            raise row.error(f"question_id={id} has no question in {questions_path}; do the files belong together?")
    subtype = questions.text("data_subtype")
    return [_question(row, answered[id], subtype, images) for id, row in asked.items()]


def write(
    questions_path: str | Path,
    annotations_path: str | Path,
    questions: Iterable[Question],
    *,
    data_subtype: str,
    info: dict | None = None,
) -> None:
    """Write both files. data_subtype: the part of the data, such as "val2014", from which pictures take their names."""
    questions = list(questions)
    ids = [q.question_id for q in questions]
    if len(set(ids)) < len(ids):
        twice = next(id for id in ids if ids.count(id) > 1)
        raise ValueError(f"{questions_path}: two questions of question_id {twice}; give each its own")
    both = {"info": info or {}, "license": {}, "data_type": "mscoco", "data_subtype": data_subtype}
    asked = [{"image_id": q.image_id, "question": q.question, "question_id": q.question_id} for q in questions]
    answered = [
        {
            "question_id": q.question_id,
            "image_id": q.image_id,
            "question_type": q.question_type,
            "answer_type": q.answer_type,
            "multiple_choice_answer": q.multiple_choice_answer,
            "answers": [asdict(answer) for answer in q.answers],
        }
        for q in questions
    ]
    write_json(
        (questions_path, {**both, "task_type": "Open-Ended", "questions": asked}),
        (annotations_path, {**both, "annotations": answered}),
    )


def accuracy(answer: str, answers: Sequence[str]) -> float:
    r"""How many people gave this answer: 0 … 1, and 1 from four of them on.

    .. math:: \text{accuracy} = \frac{1}{n} \sum_{i=1}^n \min\left(\frac{m_i}{3}, 1\right)
              (Antol et al. 2015, section 3)

    where :math:`m_i` people other than the i-th agree: each person is left out once, so that people can be scored
    likewise. Of ten, one who agrees is worth 0.3, two 0.6, three 0.9. All answers are ``normalised`` first.
    ValueError without answers.
    """
    if isinstance(answers, str) or not answers:
        raise ValueError(f"answers={answers!r}: give a list of answers, one of each person")
    agree = [normalised(given) == normalised(answer) for given in answers]
    return sum(min((sum(agree) - one) / 3, 1) for one in agree) / len(agree)


def normalised(answer: str) -> str:
    """An answer as it is compared: "The two T-shirts!" → "2 t shirts".

    As published with the VQA evaluation (visualqa.org): lower case; periods only within decimals; no comma within a
    number, other punctuation but apostrophe and colon a space; number words up to ten as digits; no articles; common
    contractions with their apostrophe.
    """
    answer = re.sub(r"\.(?!\d)|(?<=\d),(?=\d)", "", answer.lower().replace("’", "'"))
    words = re.sub(r"""[;/\[\]"{}()=+\\_\-><@`,?!]""", " ", answer).split()
    words = [NUMBERS.get(word, word) for word in words if word not in ARTICLES]
    return " ".join(CONTRACTIONS.get(word, word) for word in words)


def _question(asked: Record, answered: Record, subtype: str, folder: str | Path | None) -> Question:
    image_id = asked.whole("image_id", 0)
    if answered.whole("image_id") != image_id:
        raise answered.error(f"image_id={answered['image_id']}, but {asked.where} is about {image_id}; correct one")
    path = None
    if folder is not None:
        names = [image_name(image_id, subtype, suffix) for suffix in (".jpg", ".png")] + [f"{image_id:012d}.jpg"]
        path = file_in(folder, *names, where=f"{asked.where}: image_id={image_id}")
    answers = tuple(
        Answer(row.text("answer"), row.whole("answer_id"), row.text("answer_confidence"))
        for row in answered.records("answers")
    )
    kinds = [answered.text(name) for name in ("question_type", "answer_type", "multiple_choice_answer")]
    return Question(asked.whole("question_id"), image_id, asked.text("question"), *kinds, answers, path)
