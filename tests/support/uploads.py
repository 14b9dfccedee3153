"""Files on their way into a widget, as a browser hands them over."""

from __future__ import annotations

import datetime

from ipywidgets import FileUpload


def upload(button: FileUpload, name: str, content: bytes) -> None:
    when = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    file = {"name": name, "type": "", "size": len(content), "content": memoryview(content), "last_modified": when}
    button.value = (file,)
