"""The tutorial as a static site: pages for any web server, which need no kernel.

``python3 start.py site --out FOLDER`` calls ``gradcam_lib.commands.site``, and that ``build.build``. In ``page/`` are
the pages that are no notebooks: plain HTML, CSS and JavaScript, copied as they are. What they must know of this
library, such as names of classes, transforms and colours, is written into one file for each page: by ``settings`` for
the live page, by ``words`` for captions and answers, by ``skew`` for the skewed collections.
"""
