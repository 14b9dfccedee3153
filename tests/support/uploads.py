"""Files on their way into a widget, as a browser hands them over."""

from __future__ import annotations

import datetime

from gradcam_lib.widgets.uploading import Upload


def announce(place: Upload, name: str, size: int) -> None:
    """What the page says of a file before its content."""
    place.announced.files = [{"name": name, "type": "", "size": size, "content": {}, "last_modified": 0}]


def upload(place: Upload, name: str, content: bytes) -> None:
    announce(place, name, len(content))
    when = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    file = {"name": name, "type": "", "size": len(content), "content": memoryview(content), "last_modified": when}
    place.button.value = (file,)
