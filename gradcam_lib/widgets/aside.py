"""Long work in a thread of its own, with a progress bar and a button that stops it; the page stays alive meanwhile."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import ipywidgets as widgets

Work = Callable[[Callable[[int, int], None], Callable[[], bool]], Any]


class Aside(widgets.VBox):
    """A bar and a Stop button for one piece of work at a time.

    start(work, ended, title) runs ``work(progress, should_stop)`` aside and then calls ``ended(result, error)`` where
    widgets may be changed: one of the two is None. work calls ``progress(step, steps)`` and looks at ``should_stop()``.
    """

    def __init__(self) -> None:
        self.bar = widgets.IntProgress(layout=widgets.Layout(width="100%", margin="2px 0"))
        self.doing = widgets.Label(layout=widgets.Layout(flex="1 1 auto"))
        self.stop = widgets.Button(
            description="Stop", icon="stop", tooltip="Nothing of it is kept", layout=widgets.Layout(width="96px")
        )
        self.stop.on_click(lambda _: self.cancel())
        self._thread, self._cancelled = None, threading.Event()
        super().__init__([self.bar, widgets.HBox([self.doing, self.stop])])
        self._rest()

    @property
    def busy(self) -> bool:
        return self._thread is not None

    def start(self, work: Work, ended: Callable[[Any, Exception | None], None], title: str) -> None:
        """Errors: RuntimeError while other work goes on."""
        if self.busy:
            raise RuntimeError("a network is being trained; stop that first, or wait until it has finished")
        self._cancelled.clear()
        self.bar.value, self.bar.max, self.doing.value = 0, 1, title
        self.stop.disabled, self.layout.display = False, None
        loop = _running_loop()  # the page's; there is none in a plain script

        def run() -> None:
            result = error = None
            try:
                result = work(self._show, self._cancelled.is_set)
            except Exception as problem:
                error = problem
            self._hand_over(loop, lambda: self._finish(ended, result, error))

        self._thread = threading.Thread(target=run, daemon=True)  # does not hold up the end of the kernel
        self._thread.start()

    def cancel(self) -> None:
        """Asks the work to stop; it ends at its next look."""
        self._cancelled.set()
        self.stop.disabled, self.doing.value = True, "stopping …"

    def wait(self, seconds: float = 60.0) -> None:
        """For scripts and tests: until the work has ended."""
        if thread := self._thread:
            thread.join(seconds)

    def _show(self, step: int, steps: int) -> None:
        self.bar.max, self.bar.value = steps, step

    def _finish(self, ended: Callable[[Any, Exception | None], None], result: Any, error: Exception | None) -> None:
        self._thread = None
        self._rest()
        ended(result, error)

    def _rest(self) -> None:
        self.layout.display, self.stop.disabled = "none", True

    @staticmethod
    def _hand_over(loop: asyncio.AbstractEventLoop | None, call: Callable[[], None]) -> None:
        """Where clicks are answered too, so that the two never meet."""
        if loop is None or loop.is_closed():
            call()
        else:
            loop.call_soon_threadsafe(call)


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
