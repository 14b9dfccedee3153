"""The server of the app: Voilà with as many kernels as there are places, each ended when its visitor has gone.

A visitor's kernel runs the one notebook that is served and nothing else: Voilà lets a page send messages to its widgets
alone. No file of the server can be asked for.
"""

from __future__ import annotations

import asyncio
from html import escape

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado.web import HTTPError, authenticated
from traitlets import Integer
from traitlets.config import Config
from voila.app import Voila
from voila.shutdown_kernel_handler import VoilaShutdownKernelHandler
from voila.tornado.handler import TornadoVoilaHandler

GRACE = 20  # seconds without a connection, such as a reload or a tunnel takes
ARRIVAL = 300  # seconds until a page connects for the first time, which it does once it is complete
AWAY = 30 * 60  # seconds without a message, after which even an open page loses its kernel
AGAIN = 20  # seconds until the page of those who wait asks anew

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>{more}
<style>:root {{ color-scheme: light dark }}
body {{ font: 17px/1.5 system-ui, sans-serif; max-width: 34em; margin: 12vh auto; padding: 0 1em }}</style></head>
<body><h1>{title}</h1><p>{text}</p></body></html>
"""
FULL = (
    "This server explains pictures for {} at a time, and every place is taken. A place is free as soon as somebody "
    "closes the page. This page asks again every {} seconds; leave it open."
)
DOOR = """<script>
location.replace('?theme=' + (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'));
</script>"""


class Places(AsyncMappingKernelManager):
    """Kernels for at most ``visitors``; one that nobody is connected to is ended."""

    visitors = Integer(2, help="how many kernels there may be").tag(config=True)

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self._one_by_one = asyncio.Lock()

    @property
    def full(self) -> bool:
        return len(self) >= self.visitors

    async def start_kernel(self, **kwargs) -> str:
        """Errors: HTTPError 503 where every place is taken."""
        async with self._one_by_one:  # so that two who come at once do not share the last place
            if self.full:
                raise HTTPError(503, "every place is taken")
            kernel_id = await super().start_kernel(**kwargs)
        self._look_after(kernel_id, ARRIVAL)
        return kernel_id

    def notify_disconnect(self, kernel_id: str) -> None:
        super().notify_disconnect(kernel_id)
        self._look_after(kernel_id, GRACE)

    def _look_after(self, kernel_id: str, seconds: float) -> None:
        asyncio.get_running_loop().call_later(seconds, lambda: asyncio.ensure_future(self._end_if_left(kernel_id)))

    async def _end_if_left(self, kernel_id: str) -> None:
        if kernel_id in self and not self._kernel_connections.get(kernel_id):
            self.log.info("The visitor of kernel %s has gone", kernel_id)
            await self.shutdown_kernel(kernel_id, now=True)


class Door(TornadoVoilaHandler):
    """Asks the browser for its colours, so that no kernel is started for what is none, and says when all is full."""

    @authenticated
    async def get(self, path: str | None = None) -> None:
        if path:
            raise HTTPError(404)
        if self.kernel_manager.full:
            return self._say(full_page(self.kernel_manager.visitors), 503)
        if self.get_argument("theme", None) not in ("light", "dark"):
            return self._say(door_page(), 200)
        await super().get()

    @property
    def content_security_policy(self) -> str:
        """Nothing comes from another server: Voilà's template asks a public one for letters that it has itself."""
        return "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob: ws: wss:; frame-ancestors 'self'"

    def write_error(self, status_code: int, **kwargs) -> None:
        if status_code == 503:
            return self._say(full_page(self.kernel_manager.visitors), 503)
        super().write_error(status_code, **kwargs)

    def _say(self, page: str, status: int) -> None:
        self.set_status(status)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        if status == 503:
            self.set_header("Retry-After", str(AGAIN))
        self.finish(page)


class Exit(VoilaShutdownKernelHandler):
    """A page that closes says so, by a message that cannot carry a token; the kernel's name is secret enough."""

    def check_xsrf_cookie(self) -> None:
        pass


class Server(Voila):
    """Voilà with our doors."""

    def init_handlers(self) -> list:
        ours = {TornadoVoilaHandler: Door, VoilaShutdownKernelHandler: Exit}
        return [(path, ours.get(handler, handler), *more) for path, handler, *more in super().init_handlers()]


def full_page(visitors: int) -> str:
    who = "one visitor" if visitors == 1 else f"{visitors} visitors"
    return PAGE.format(
        title="All places are taken",
        text=escape(FULL.format(who, AGAIN)),
        more=f'<meta http-equiv="refresh" content="{AGAIN}">',
    )


def door_page() -> str:
    return PAGE.format(title="Grad-CAM", text="This page needs JavaScript: switch it on, and load it again.", more=DOOR)


def settings(*, ip: str, port: int, visitors: int, megabytes: int, browser: bool) -> Config:
    """What Voilà is told. megabytes: of the largest file that a page may send; a message has room for little more."""
    told = Config()
    told.Voila.ip, told.Voila.port, told.Voila.port_retries, told.Voila.open_browser = ip, port, 0, browser
    told.Voila.log_level = "WARN"
    told.Voila.tornado_settings = {"websocket_max_message_size": (megabytes + 1) * 1_000_000}
    told.Places.visitors = visitors
    told.Places.cull_idle_timeout, told.Places.cull_interval, told.Places.cull_connected = AWAY, 60, True
    told.VoilaConfiguration.multi_kernel_manager_class = Places
    told.VoilaConfiguration.file_allowlist = ["(?!)"]  # no file matches
    told.VoilaConfiguration.allow_template_override = "NO"
    told.VoilaConfiguration.show_tracebacks = False
    return told


def serve(notebook: str, told: Config) -> None:
    """Until it is stopped."""
    Server.launch_instance([notebook], config=told)
