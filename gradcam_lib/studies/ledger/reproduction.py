"""The prose around the claims and tables of the ledger: how to read it, and what a reproduction has to report."""

from __future__ import annotations

from gradcam_lib.studies.ledger.entries import FAILS, HOLDS, IN_DIRECTION, NOT_TRIED, grid

MEANINGS = (
    (
        HOLDS,
        "Our evidence supports the sentence in the first column. Where it compares two measured numbers, they are told "
        "apart, by themselves or in pairs.",
    ),
    (
        IN_DIRECTION,
        "Our evidence points the same way but is not enough: the effect is smaller than reported or limited, the "
        "intervals overlap, or it was shown on a few pictures only.",
    ),
    (FAILS, "Our evidence does not support the sentence, or contradicts it."),
    (NOT_TRIED, "It was not measured here, for the reason given."),
)

MEASURES = (
    (
        "localization error",
        "Share of pictures in which the box around the map does not overlap an annotated box by at least one half "
        "(intersection over union). The box encloses the largest connected region of at least 15 % of the maximum. "
        "*Of the true class*: the map of the annotated class is used. *Top-1*: the map of the predicted class is used, "
        "and a wrong prediction counts as an error.",
    ),
    (
        "pointing game",
        "Share of maps whose maximum lies on the object, or within a stated number of pixels of it.",
    ),
    ("inside / outside", "Mean of the map inside a box divided by its mean outside; a uniform map has 1."),
    ("density", "Mean of the map on a region divided by its mean on the whole picture."),
    ("occlusion", "The fall of the score when a grey patch covers a part of the picture."),
    (
        "rank correlation",
        "Spearman's correlation of two maps: 1 for the same order of positions, 0 for no relation, −1 for the reverse "
        "order.",
    ),
    (
        "accuracy of answers",
        "Share of right answers in a balanced selection, in which every answer to a question is equally frequent, so "
        "that the question alone gives little away.",
    ),
    (
        "scores of captions",
        "BLEU, ROUGE-L and CIDEr-D compare a caption with reference captions; higher is better. *F1 of content words*: "
        "agreement with the closest reference, without words such as “a” and “on”.",
    ),
)

DEPARTURES = (
    (
        "AlexNet, VGG-16, GoogLeNet and ResNets at full size",
        "SqueezeNet, EfficientNet-Lite0 and PhotoNet for classes; slim versions of AlexNet, VGG-16, VGG-19 and a "
        "ResNet for drawn scenes",
    ),
    (
        "50,000 validation pictures of ILSVRC, 1,000 classes",
        "{evaluate_localization_squeezenet > n} of these pictures, ten classes; {photonet > n} pictures of 40 classes "
        "of Tiny ImageNet",
    ),
    (
        "maps of the gradient and of c-MWP, segmented with GrabCut before boxes are drawn",
        "the same, and beside it the gradient averaged over 29×29 pixels; c-MWP at the last layer, too",
    ),
    (
        "occlusion for classes, 2,510 pictures of VOC 2007",
        "occlusion for classes on the 250 pictures of ILSVRC, for words and answers on photographs of Flickr8k, and "
        "for answers on drawn scenes",
    ),
    (
        "captions of COCO by neuraltalk2 with VGG-16",
        "captions of drawn scenes by a slim VGG-16 and an LSTM, captions of Flickr8k by EfficientNet-Lite0 or "
        "SqueezeNet and an LSTM",
    ),
    (
        "a dense captioning network that proposes boxes",
        "words of whole captions, with the true boxes of the things that they name",
    ),
    (
        "questions and answers of VQA, written by people",
        "questions that a program asks about drawn scenes; questions made by rules from the captions of Flickr8k",
    ),
    (
        "hierarchical co-attention on ResNet-200 at 448 pixels",
        "co-attention on a slim ResNet at 128 pixels and on EfficientNet-Lite0 at 288 pixels",
    ),
    (
        "doctors and nurses from an image search",
        "drawn doctors and nurses, {bias > n} networks of each kind",
    ),
    ("a segmentation network trained from seeds, on VOC 2012", "the seeds alone, on pictures of COCO"),
    (
        "adversarial noise, and textual explanations",
        "both for EfficientNet-Lite0; words also for the networks of doctors and nurses",
    ),
    ("studies with people", "none; a kit with which a class of students can hold them"),
)

INTRODUCTION = f"""\
# Claims and measurements

This page lists what the Grad-CAM paper and the material around it claim. Each claim stands beside the number reported
there, the number measured here, and a verdict. The tables behind the measured numbers follow, and at the end three
short sections report on the reproduction as a whole.

`python -m gradcam_lib.studies.ledger` writes this page from the JSON files in this folder. No measured number is typed
by hand; where the evidence is an assertion in a notebook, the threshold of that assertion is given. Each verdict other
than “not tried” is tied to a comparison of numbers, to a test or to an assertion in a notebook, and the tests of this
repository fail when that evidence no longer supports the verdict.

{{contents}}

## How to read this page

**Sources.** *Paper* means R. R. Selvaraju, M. Cogswell, A. Das, R. Vedantam, D. Parikh, D. Batra: *Grad-CAM: Visual
Explanations from Deep Networks via Gradient-based Localization*, ICCV 2017, and its longer version in the
International Journal of Computer Vision, 2020 (arXiv:1610.02391). *Related material* means the authors' blog post, and
slides, lecture notes and a survey that retell the method or show neighbouring systems. “Reported: 3.27” was checked in
the paper; “Reported: as 56.51 %” comes from secondary sources. Numbers that could not be confirmed are left out.

**Verdicts.** A verdict concerns our setting. Our networks and pictures are not those of the paper, and most are
smaller. So “holds” does not confirm the paper's number, and “does not hold” does not refute the paper.

{grid(("verdict", "meaning"), MEANINGS)}

{{counts}}

**Intervals.** Brackets hold 95 % confidence intervals: Wilson's for shares, bootstrap intervals over independent
examples (scenes, photographs or trained networks) for means, and for all that the evaluation command measures. Two
numbers are *told apart* when their intervals do not overlap. This is a strict rule: two methods measured on the same
pictures can differ reliably although their intervals overlap. They are *told apart in pairs* when the interval of their
paired difference leaves out zero. Paired differences are taken run by run in the bias study, seed by seed for drawn
tissue, picture by picture by the evaluation command and between the two forms of PhotoNet, and within a picture where a
table says so. “Not told apart” never means “equal”.

**Terms.** A *feature map* is the output of a convolutional layer. It has *channels*, and each channel has a value at
every *position*. A *logit* is the score of a class before the softmax. A *baseline* is a method that does not look at
the picture, such as a blob in its middle; a good map should beat it.

{grid(("measure", "meaning"), MEASURES)}

**Networks and pictures.** *SqueezeNet* is a small ImageNet classifier of 2016. *PhotoNet* is a smaller one, trained for
this repository on 40 classes of Tiny ImageNet. *Slim* networks have the layers of AlexNet, VGG-16, VGG-19 or a ResNet
with few channels and were trained on drawn scenes. *Photographs* in the studies of captions and answers are test
photographs of Flickr8k. [data/README.md](../README.md) lists networks, data sets and licences."""

CLAIMS = """\
## Claims

The last column names the notebook that treats the claim, the files of the numbers with the size of their samples, and
the tests. The command behind each file stands under [Files and commands](#files-and-commands)."""

FILES = """\
## Files and commands

Each file records the command that wrote it and the size of its sample. PATH stands for the folder of a data set that is
not part of this repository; drawn scenes need none."""

MEASUREMENTS = "## Measurements"

CLOSING = f"""\
## What was easy

- The method. Equations 1 and 2 are four lines of code, and small examples can be computed with a pencil. That Grad-CAM
  generalises CAM holds to rounding on every network of the right form.
- New targets. Since the score may be any differentiable function, captions, words and answers need no code for maps of
  their own.
- Agreement between implementations. captum gives the same maps on one network of every convolutional family in
  torchvision.
- Training small systems. Each step in the training of the networks for drawn scenes took less than half an hour on one
  core of a processor on which bfloat16 is fast.

## What was difficult

- Details that the paper leaves open. Whether regions are connected through corners, whether the map is thresholded
  before or after it is enlarged, and how a map without its ReLU is scaled can all change the boxes. Our choices are
  stated where they matter.
- Implementation. ReLUs that work in place or are called as functions escape the hooks with which one usually
  intercepts a layer: guided backprop silently becomes the plain gradient, or the map belongs to no layer. Much of the
  test suite exists because of this.
- Systems that answer and describe. Early versions hardly knew colours, or could not tell left from right, and the
  recipes changed several times. The captioner still makes mistakes.
- Questions for photographs. The rules that make questions from captions had to be revised, for instance so that a hat
  is asked for only of the person who wears it, and a fresh sample was judged afterwards.
- Judging a map where the truth is unknown. On photographs without annotation occlusion was the only judge, and
  different measures rank the same methods differently.

## Where this work departs from the original

{grid(("the paper", "here"), DEPARTURES)}
"""
