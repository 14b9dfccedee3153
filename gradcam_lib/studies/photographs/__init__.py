"""Where captions, answers and classes on real photographs come from.   Notebooks 07 and 08.

    python -m gradcam_lib.studies.photographs

muting: covering, on pictures without masks; truth, words: on COCO's pictures, in which the things are outlined.
"""
