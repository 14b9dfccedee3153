"""Who gets a place, who keeps it, and what he is told when it goes; no kernel is started here."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from datetime import datetime, timedelta, timezone

import pytest

BEGAN = datetime(2026, 1, 1, tzinfo=timezone.utc)


class Selector(selectors.DefaultSelector):
    """Waits for nothing; ``passed`` is how long it would have waited, in seconds."""

    passed = 0.0

    def select(self, timeout: float | None = None) -> list:
        self.passed += timeout or 0
        return super().select(0)


class Visits:
    """A loop of events whose time passes at once, however busy the machine is."""

    def __init__(self) -> None:
        self.clock = Selector()

    def now(self) -> datetime:
        return BEGAN + timedelta(seconds=self.clock.passed)

    def run(self, visit: Coroutine) -> None:
        loop = asyncio.SelectorEventLoop(self.clock)
        loop.time = lambda: self.clock.passed
        try:
            loop.run_until_complete(visit)
        finally:
            loop.close()


class Kernel:
    """What the places need of one."""

    def __init__(self, last_activity: datetime) -> None:
        self.alive, self.last_activity = True, last_activity

    async def is_alive(self) -> bool:
        return self.alive


@pytest.fixture
def visits() -> Visits:
    return Visits()


@pytest.fixture
def places(monkeypatch: pytest.MonkeyPatch, visits: Visits):
    """Two, with kernels that are none; ``ended`` lists who has gone."""
    pytest.importorskip("jupyter_server")
    from gradcam_lib.commands import places

    async def start(self, **kwargs) -> str:
        await asyncio.sleep(0)
        name = f"kernel {len(self.started)}"
        self.started.append(name)
        self._kernels[name], self._kernel_connections[name] = Kernel(visits.now()), 0
        return name

    async def shutdown(self, kernel_id: str, now: bool) -> None:
        self.ended.append(kernel_id)
        await asyncio.sleep(0)
        del self._kernels[kernel_id]

    monkeypatch.setattr(places.AsyncMappingKernelManager, "start_kernel", start)
    monkeypatch.setattr(places.AsyncMappingKernelManager, "shutdown_kernel", shutdown)
    monkeypatch.setattr(places, "now", visits.now)
    made = places.Places(visitors=2, arrival=300, grace=20, cull_idle_timeout=1800)
    made.started, made.ended = [], []
    return made


async def comes(places, visitor: str) -> str:
    from gradcam_lib.commands.places import ARRIVAL, Arrival

    ARRIVAL.set(Arrival(visitor))
    return await places.start_kernel()


def test_two_who_come_at_once_do_not_share_the_last_place(places, visits: Visits) -> None:
    from tornado.web import HTTPError

    async def visit() -> None:
        came = await asyncio.gather(*(places.start_kernel() for _ in range(3)), return_exceptions=True)
        assert came[:2] == ["kernel 0", "kernel 1"] and isinstance(came[2], HTTPError) and came[2].status_code == 503
        assert places.full
        places.notify_connect("kernel 0")
        await asyncio.sleep(299)
        assert places.ended == []
        await asyncio.sleep(2)
        assert places.ended == ["kernel 1"] and not places.full, "it was never connected to"

    visits.run(visit())


def test_a_connection_may_be_lost_for_a_moment_again_and_again(places, visits: Visits) -> None:
    async def visit() -> None:
        kernel = await comes(places, "Ada")
        places.notify_connect(kernel)
        for _ in range(40):  # the last moments after 300 seconds, until which it had time to connect
            places.notify_disconnect(kernel)
            await asyncio.sleep(15)
            places.notify_connect(kernel)
            await asyncio.sleep(1)
        places.notify_disconnect(kernel)
        await asyncio.sleep(19)
        assert places.ended == []
        await asyncio.sleep(2)
        assert places.ended == [kernel]
        says, over = await places.ask(kernel, used=True)
        assert over and "had lost its connection for more than 20 seconds" in says

    visits.run(visit())


def test_who_loads_the_page_again_keeps_his_place(places, visits: Visits) -> None:
    from tornado.web import HTTPError

    async def visit() -> None:
        first, second = await comes(places, "Ada"), await comes(places, "Bo")
        places.notify_connect(first)
        with pytest.raises(HTTPError):
            await comes(places, "Cleo")
        again = await comes(places, "Ada")
        assert places.ended == [first] and places.full and places.of("Ada") == [again] and places.of("Bo") == [second]
        says, over = await places.ask(first, used=True)
        assert over and "opened this page again" in says
        await asyncio.gather(places.end(again, "closed"), comes(places, "Ada"))
        assert places.ended == [first, again], "a kernel that is about to end takes no place, and ends once"

    visits.run(visit())


def test_a_page_is_told_what_becomes_of_its_place(places, visits: Visits) -> None:
    async def visit() -> None:
        first, second = await comes(places, "Ada"), await comes(places, "Ada")
        for kernel in (first, second):
            places.notify_connect(kernel)
        assert await places.ask(first, used=False) == ("", False)
        await asyncio.sleep(1700)
        says, over = await places.ask(first, used=False)
        assert not over and "In 100 seconds the server will end it, and the list of what was tried will be lost" in says
        assert await places.ask(first, used=True) == ("", False) and places.left(first) == 1800
        await asyncio.sleep(1801)
        await places.shutdown_kernel(first)  # as Jupyter does in such a case
        says, over = await places.ask(first, used=True)
        assert over and "Nobody has used this page for 30 minutes" in says and "is lost" in says
        places._kernels[second].alive = False
        says, over = await places.ask(second, used=True)
        assert over and "has stopped" in says and places.ended == [first, second] and not places.full
        assert "does not know this page" in (await places.ask("of a server before", used=True))[0]

    visits.run(visit())
