"""The server of the app: Voilà with as many kernels as there are places, each ended when its visitor has gone.

A visitor's kernel runs the one notebook that is served and nothing else: Voilà lets a page send messages to its widgets
alone. No file of the server can be asked for.
"""

from __future__ import annotations

import re
import secrets
from html import escape
from pathlib import Path

from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import url_path_join
from tornado.web import HTTPError, authenticated
from traitlets.config import Config
from voila.app import Voila
from voila.shutdown_kernel_handler import VoilaShutdownKernelHandler
from voila.tornado.handler import TornadoVoilaHandler

from gradcam_lib.commands.places import ARRIVAL, Arrival, Places

SERVED = Path(__file__).parent / "served"  # our part of Voilà's template
COOKIE = "gradcam_visitor"
LOCAL = ("127.0.0.1", "localhost", "::1")  # addresses that only this machine reaches
AWAY = 30 * 60  # seconds in which nobody uses an open page, after which it loses its kernel
AGAIN = 10  # seconds until the page of those who wait asks anew

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
WELCOME = (
    "<noscript>This page needs JavaScript: switch it on, and load it again.</noscript>"
    "<script>document.write('A place on the server is being made ready. This takes a few seconds.')</script>"
)
DOOR = """<script>
location.replace('?theme=' + (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'));
</script>"""


class Door(TornadoVoilaHandler):
    """Asks the browser for its colours, so that no kernel is started for what is none, and says when all is full."""

    left = False  # whether the browser has gone before the page was complete

    @authenticated
    async def get(self, path: str | None = None) -> None:
        if path:
            raise HTTPError(404)
        places, arrival = self.kernel_manager, Arrival(self._visitor())
        if places.full and not places.of(arrival.visitor):
            return self._say(full_page(places.visitors), 503)
        if self.get_argument("theme", None) not in ("light", "dark") or self._from_elsewhere():
            return self._say(door_page(), 200)
        ARRIVAL.set(arrival)
        try:
            await super().get()
        finally:
            if self.left:
                await places.end(arrival.kernel_id, "closed")

    def on_connection_close(self) -> None:
        self.left = True
        super().on_connection_close()

    def _from_elsewhere(self) -> bool:
        """Whether a page of another server asks, as the browser tells.

        An image in it that has our address must start no kernel. A link may: the page at the door then asks again.
        """
        return self.request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin")

    def _visitor(self) -> str:
        """The name by which a browser is known again until it is closed. It stands for nothing else."""
        name = self.get_cookie(COOKIE, "")
        name = name if re.fullmatch("[0-9a-f]{32}", name) else secrets.token_hex(16)
        self.set_cookie(COOKIE, name, path=self.base_url, httponly=True, samesite="Lax")
        return name

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


class Visit(JupyterHandler):
    """Where a page asks what there is to tell its visitor (served/visit.js)."""

    @authenticated
    async def get(self, kernel_id: str) -> None:
        says, over = await self.kernel_manager.ask(kernel_id, self.get_argument("used", "0") == "1")
        self.set_header("Cache-Control", "no-store")
        self.finish({"says": says, "over": over})


class Server(Voila):
    """Voilà with our doors and our part of its template."""

    def setup_template_dirs(self) -> None:
        super().setup_template_dirs()
        self.template_paths.insert(0, str(SERVED))

    def init_handlers(self) -> list:
        ours = {TornadoVoilaHandler: Door, VoilaShutdownKernelHandler: Exit}
        theirs = [(path, ours.get(handler, handler), *more) for path, handler, *more in super().init_handlers()]
        return [(url_path_join(self.server_url, "/voila/api/visit/([0-9a-f-]{36})"), Visit), *theirs]


def full_page(visitors: int) -> str:
    who = "one visitor" if visitors == 1 else f"{visitors} visitors"
    return PAGE.format(
        title="All places are taken",
        text=escape(FULL.format(who, AGAIN)),
        more=f'<meta http-equiv="refresh" content="{AGAIN}">',
    )


def door_page() -> str:
    return PAGE.format(title="Grad-CAM", text=WELCOME, more=DOOR)


def settings(*, ip: str, port: int, visitors: int, megabytes: int, browser: bool) -> Config:
    """What Voilà is told. megabytes: of the largest file that a page may send; a message has room for little more.

    Where this machine alone is to reach the app, no name but its own is answered: a page of another server could
    otherwise have its name lead here, and so read what is meant for the visitor.
    """
    told = Config()
    told.Voila.ip, told.Voila.port, told.Voila.port_retries, told.Voila.open_browser = ip, port, 0, browser
    told.Voila.log_level = "WARN"
    told.Voila.tornado_settings = {
        "websocket_max_message_size": (megabytes + 1) * 1_000_000,
        "allow_remote_access": ip not in LOCAL,  # which Voilà always allows
    }
    told.Places.visitors = visitors
    told.Places.cull_idle_timeout, told.Places.cull_interval, told.Places.cull_connected = AWAY, 60, True
    told.VoilaConfiguration.multi_kernel_manager_class = Places
    told.VoilaConfiguration.file_allowlist = ["(?!)"]  # no file matches
    told.VoilaConfiguration.allow_template_override = "NO"
    told.VoilaConfiguration.show_tracebacks = False
    told.VoilaExecutor.cell_error_instruction = (
        "Load the page again. If this comes again, tell whoever runs the server."
    )
    told.KernelManager.autorestart = False  # one that has stopped would come back without what the page shows
    return told


def serve(notebook: str, told: Config) -> None:
    """Until it is stopped."""
    Server.launch_instance([notebook], config=told)
