"""Places for visitors: a kernel each, as many as there may be; each is ended when its visitor has gone."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timezone

from jupyter_client.utils import ensure_async
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado.web import HTTPError
from traitlets import Float, Integer

SOON = 180  # seconds: so long before its end a page is warned
KEPT = 1000  # kernels that have ended, of which is known why
GONE = {
    "away": "Nobody has used this page for {}, so the server has ended it.",
    "left": "This page had lost its connection for more than {}, so the server has ended it.",
    "elsewhere": "You have opened this page again, and there was a place for only one of the two. This one has ended.",
    "stopped": "The program behind this page has stopped; perhaps the machine ran out of memory.",
    "closed": "This page was closed, and so the server has ended it.",
    "unknown": "The server does not know this page any more; perhaps it was restarted.",
}
LOST = "The list of what was tried here is lost. What is still in view stays until the page is loaded again."
WARNING = (
    "Nobody has used this page for a while. In {} the server will end it, and the list of what was tried will be lost. "
    "Move the mouse or press a key to stay."
)


@dataclass
class Arrival:
    """A visitor's browser, by a name that says nothing else of it, and the kernel that is started for it."""

    visitor: str
    kernel_id: str = ""


ARRIVAL: ContextVar[Arrival | None] = ContextVar("arrival", default=None)  # of the request that is being answered


class Places(AsyncMappingKernelManager):
    """Kernels for at most ``visitors``; one that nobody is connected to is ended."""

    visitors = Integer(2, help="how many kernels there may be").tag(config=True)
    arrival = Float(300, help="seconds until a page connects for the first time, which it does once it is complete")
    grace = Float(20, help="seconds without a connection, such as a tunnel takes")

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self._one_by_one = asyncio.Lock()
        self._of: dict[str, str] = {}  # kernel → visitor, the oldest first
        self._ended: dict[str, str] = {}  # kernel → a key of GONE
        self._looks: dict[str, asyncio.TimerHandle] = {}  # kernel → when it is looked at, and ended if it is left

    @property
    def full(self) -> bool:
        return len([kernel_id for kernel_id in self.list_kernel_ids() if self.has(kernel_id)]) >= self.visitors

    def has(self, kernel_id: str) -> bool:
        """Whether a kernel is there and not about to end."""
        return kernel_id in self and kernel_id not in self._ended

    def of(self, visitor: str) -> list[str]:
        """A visitor's kernels; first those that no page is connected to, then the oldest. "" is nobody."""
        own = [kernel_id for kernel_id, whose in self._of.items() if whose == visitor != "" and self.has(kernel_id)]
        return sorted(own, key=lambda kernel_id: bool(self._kernel_connections.get(kernel_id)))

    async def start_kernel(self, **kwargs) -> str:
        """Where every place is taken, a visitor's own page from before makes room: it was loaded again.

        Errors: HTTPError 503 where others have all places.
        """
        arrival = ARRIVAL.get() or Arrival("")
        async with self._one_by_one:  # so that two who come at once do not share the last place
            if self.full and (own := self.of(arrival.visitor)):
                await self.end(own[0], "elsewhere")
            if self.full:
                raise HTTPError(503, "every place is taken")
            arrival.kernel_id = await super().start_kernel(**kwargs)
            self._of[arrival.kernel_id] = arrival.visitor
        self._look_after(arrival.kernel_id, self.arrival)
        return arrival.kernel_id

    async def end(self, kernel_id: str, why: str) -> None:
        """At once: in a kernel there is nothing that it could save. why: a key of GONE."""
        if self.has(kernel_id):
            self.log.info("Kernel %s ends: %s", kernel_id, why)
            self._ended = dict([*self._ended.items(), (kernel_id, why)][-KEPT:])
            self._of.pop(kernel_id, None)
            if look := self._looks.pop(kernel_id, None):
                look.cancel()
            await super().shutdown_kernel(kernel_id, now=True)

    async def shutdown_kernel(self, kernel_id: str, **how: bool) -> None:
        """What Jupyter calls where a kernel has had nothing to do for long, and Voilà where a page closes."""
        await self.end(kernel_id, "closed" if self.left(kernel_id) > 0 else "away")

    def notify_disconnect(self, kernel_id: str) -> None:
        super().notify_disconnect(kernel_id)
        self._look_after(kernel_id, self.grace)

    def left(self, kernel_id: str) -> float:
        """Seconds until a kernel ends if nothing happens."""
        last = getattr(self._kernels.get(kernel_id), "last_activity", None)
        return self.cull_idle_timeout - ((now() - last).total_seconds() if last else 0)

    async def ask(self, kernel_id: str, used: bool) -> tuple[str, bool]:
        """What a page is to tell its visitor, "" for nothing, and whether its place has gone.

        used: whether anybody has used the page since it asked last.
        """
        if self.has(kernel_id) and not await ensure_async(self.get_kernel(kernel_id).is_alive()):
            await self.end(kernel_id, "stopped")
        if not self.has(kernel_id):
            why = self._ended.get(kernel_id, "unknown")
            return f"{GONE[why].format(spoken(self.grace if why == 'left' else self.cull_idle_timeout))} {LOST}", True
        if used:
            self._kernels[kernel_id].last_activity = now()
        left = self.left(kernel_id)
        return (WARNING.format(spoken(max(left, 1))) if left < SOON else ""), False

    def _look_after(self, kernel_id: str, seconds: float) -> None:
        """Ends a kernel that has no connection then. The time counts anew from the last one that was lost."""
        if not self.has(kernel_id):
            return
        if before := self._looks.get(kernel_id):
            before.cancel()
        loop = asyncio.get_running_loop()
        self._looks[kernel_id] = loop.call_later(seconds, lambda: asyncio.ensure_future(self._end_if_left(kernel_id)))

    async def _end_if_left(self, kernel_id: str) -> None:
        if not self._kernel_connections.get(kernel_id):
            await self.end(kernel_id, "left")


def now() -> datetime:
    """As Jupyter notes it of a kernel's last activity."""
    return datetime.now(timezone.utc)


def spoken(seconds: float) -> str:
    """1800 → "30 minutes", 75 → "75 seconds"."""
    number, unit = (round(seconds / 60), "minute") if seconds >= 120 else (round(seconds), "second")
    return f"{number} {unit}{'s' * (number != 1)}"
