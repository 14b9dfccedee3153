"""One command for every quantitative claim: ``python -m gradcam_lib.evaluate EXPERIMENT``; see ``__main__``."""
