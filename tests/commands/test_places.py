"""Who gets a place, who keeps it, and what he is told when it goes; no kernel is started here."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta, timezone

import pytest


class Kernel:
    """What the places need of one."""

    def __init__(self) -> None:
        self.alive, self.last_activity = True, datetime.now(timezone.utc)

    async def is_alive(self) -> bool:
        return self.alive


@pytest.fixture
def places(monkeypatch: pytest.MonkeyPatch):
    """Two, with kernels that are none, for pages that have 0.05 s to connect; ``ended`` lists who has gone."""
    pytest.importorskip("jupyter_server")
    from gradcam_lib.commands import places

    async def start(self, **kwargs) -> str:
        await asyncio.sleep(0)
        name = f"kernel {len(self.started)}"
        self.started.append(name)
        self._kernels[name], self._kernel_connections[name] = Kernel(), 0
        return name

    async def shutdown(self, kernel_id: str, now: bool) -> None:
        self.ended.append(kernel_id)
        await asyncio.sleep(0)
        del self._kernels[kernel_id]

    monkeypatch.setattr(places.AsyncMappingKernelManager, "start_kernel", start)
    monkeypatch.setattr(places.AsyncMappingKernelManager, "shutdown_kernel", shutdown)
    made = places.Places(visitors=2, arrival=0.05, grace=0.05, cull_idle_timeout=1800)
    made.started, made.ended = [], []
    return made


async def comes(places, visitor: str) -> str:
    from gradcam_lib.commands.places import ARRIVAL, Arrival

    ARRIVAL.set(Arrival(visitor))
    return await places.start_kernel()


def test_two_who_come_at_once_do_not_share_the_last_place(places) -> None:
    from tornado.web import HTTPError

    async def visits() -> None:
        came = await asyncio.gather(*(places.start_kernel() for _ in range(3)), return_exceptions=True)
        assert came[:2] == ["kernel 0", "kernel 1"] and isinstance(came[2], HTTPError) and came[2].status_code == 503
        assert places.full
        places.notify_connect("kernel 0")
        await asyncio.sleep(0.15)
        assert places.ended == ["kernel 1"] and not places.full, "it was never connected to"
        places.notify_disconnect("kernel 0")
        places.notify_connect("kernel 0")  # the connection was lost for a moment
        await asyncio.sleep(0.15)
        assert places.ended == ["kernel 1"]
        places.notify_disconnect("kernel 0")
        await asyncio.sleep(0.15)
        assert places.ended == ["kernel 1", "kernel 0"]

    asyncio.run(visits())


def test_who_loads_the_page_again_keeps_his_place(places) -> None:
    from tornado.web import HTTPError

    async def visits() -> None:
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

    asyncio.run(visits())


def test_a_page_is_told_what_becomes_of_its_place(places) -> None:
    async def visit() -> None:
        first, second = await comes(places, "Ada"), await comes(places, "Ada")
        assert await places.ask(first, used=False) == ("", False)
        places._kernels[first].last_activity -= timedelta(seconds=1700)
        says, over = await places.ask(first, used=False)
        assert not over and "In 100 seconds the server ends it, and the list of what was tried is lost" in says
        assert await places.ask(first, used=True) == ("", False) and places.left(first) > 1790
        places._kernels[first].last_activity -= timedelta(seconds=1801)
        await places.shutdown_kernel(first)  # as Jupyter does in such a case
        says, over = await places.ask(first, used=True)
        assert over and "Nobody has used this page for 30 minutes" in says and "is lost" in says
        places._kernels[second].alive = False
        says, over = await places.ask(second, used=True)
        assert over and "has stopped" in says and places.ended == [first, second] and not places.full
        assert "does not know this page" in (await places.ask("of a server before", used=True))[0]

    asyncio.run(visit())
