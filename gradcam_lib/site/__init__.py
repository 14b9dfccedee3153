"""The tutorial as a static site: pages for any web server, which need no kernel.

``python3 start.py site --out FOLDER`` calls ``gradcam_lib.commands.site``, and that ``build.build``. The live page is
in ``page/``: plain HTML, CSS and JavaScript, copied as they are; everything that they must know of this library, such
as names of classes, transforms and colours, is written into one file by ``settings``.
"""
