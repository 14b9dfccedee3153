"""How the app bears visitors: a load test, of this machine alone, that ends by itself.

    python tests/support/visitors.py --visitors 10 [--answers 5] [--out FILE]

Starts the app on 127.0.0.1 and visits it without a browser: each visitor loads the page, waits for it, and asks for
one class after the other, all at once with the others. Prints, as JSON, the seconds until a page is complete, the
seconds until an answer is (the explorer's map and the three beside it) and until another tab is made, and the memory
of each kernel, what it shares with others divided among them. Quiet machines
only: whatever else runs is measured too.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import time
import uuid
from pathlib import Path

import psutil
from tornado.httpclient import AsyncHTTPClient
from tornado.websocket import WebSocketClientConnection, websocket_connect

MOST, MINUTES = 20, 15  # visitors, and the time after which everything is ended
CLASSES = ("zebra", "tabby", "espresso", "tripod", "goldfish", "banana", "airliner", "umbrella", "violin", "teapot")


class Visitor:
    """One page, without a browser."""

    def __init__(self, url: str):
        self.url, self.kernel = url, ""
        self.socket: WebSocketClientConnection

    async def arrive(self) -> float:
        """Seconds until the page is complete."""
        began = time.monotonic()
        page = await AsyncHTTPClient().fetch(f"{self.url}?theme=light", request_timeout=60 * MINUTES)
        seconds = time.monotonic() - began
        self.kernel = re.search(r'"kernelId": ?"([0-9a-f-]{36})"', page.body.decode())[1]
        address = f"{self.url.replace('http', 'ws')}api/kernels/{self.kernel}/channels?session_id={uuid.uuid4().hex}"
        self.socket = await websocket_connect(address, max_message_size=200_000_000)
        return seconds

    async def find(self, trait: str, wanted: str) -> str:
        """The number of the control whose trait has this value; a page asks for all of them in the same way."""
        control = uuid.uuid4().hex
        await self._send("comm_open", {"comm_id": control, "target_name": "jupyter.widget.control", "data": {}},
                         {"version": "1.0.0"})  # fmt: skip
        asked = await self._send("comm_msg", {"comm_id": control, "data": {"method": "request_states"}})
        found = ""
        async for message in self._until_idle(asked):
            states = message["content"].get("data", {}).get("states", {})
            found = next((k for k, v in states.items() if v["state"].get(trait) == wanted), found)
        return found

    async def change(self, control: str, **state: str | int) -> float:
        """Seconds until the kernel has answered, such as a name typed into a box."""
        began = time.monotonic()
        data = {"method": "update", "state": state, "buffer_paths": []}
        asked = await self._send("comm_msg", {"comm_id": control, "data": data})
        async for _ in self._until_idle(asked):
            pass
        return time.monotonic() - began

    async def _send(self, kind: str, content: dict, metadata: dict | None = None) -> str:
        name = uuid.uuid4().hex
        header = {"msg_id": name, "msg_type": kind, "username": "", "session": name, "version": "5.3", "date": ""}
        message = {"header": header, "parent_header": {}, "metadata": metadata or {}, "content": content}
        await self.socket.write_message(json.dumps({**message, "channel": "shell", "buffers": []}))
        return name

    async def _until_idle(self, asked: str):
        """What the kernel sends because of a message."""
        while (text := await self.socket.read_message()) is not None:
            message = json.loads(text) if isinstance(text, str) else {"parent_header": {}, "content": {}}
            if message["parent_header"].get("msg_id") == asked:
                yield message
                if message["content"].get("execution_state") == "idle":
                    return
        raise ConnectionError("the kernel has gone")


async def visit(url: str, server: psutil.Process, visitors: int, answers: int) -> dict[str, object]:
    guests = [Visitor(url) for _ in range(visitors)]
    pages = await asyncio.gather(*(guest.arrive() for guest in guests))
    boxes = await asyncio.gather(*(guest.find("description", "Other") for guest in guests))
    tabs = await asyncio.gather(*(guest.find("_model_name", "TabModel") for guest in guests))
    waits: list[float] = []
    for name in CLASSES[:answers]:
        waits += await asyncio.gather(*(g.change(box, value=name) for g, box in zip(guests, boxes, strict=True)))
    kernels = [child for child in server.children() if "ipykernel_launcher" in " ".join(child.cmdline())]
    one_tab = [kernel.memory_full_info().pss / 1e6 for kernel in kernels]
    opened: list[float] = []
    for number in (1, 2):
        opened += await asyncio.gather(*(g.change(t, selected_index=number) for g, t in zip(guests, tabs, strict=True)))
    all_tabs = [kernel.memory_full_info().pss / 1e6 for kernel in kernels]
    for guest in guests:
        guest.socket.close()
    left = await asyncio.to_thread(psutil.wait_procs, kernels, 60)
    return {
        "visitors": visitors, "cores": os.cpu_count(), "kernels": len(kernels),
        "page_seconds": spread(pages), "answer_seconds": spread(waits), "tab_seconds": spread(opened),
        "kernel_mb_one_tab": spread(one_tab), "kernel_mb_all_tabs": spread(all_tabs),
        "server_mb": round(server.memory_full_info().pss / 1e6), "left_after_a_minute": len(left[1]),
    }  # fmt: skip


def spread(values: list[float]) -> dict[str, float]:
    return {"median": round(statistics.median(values), 2), "largest": round(max(values), 2)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--visitors", type=int, default=10, choices=range(1, MOST + 1), metavar="N")
    parser.add_argument("--answers", type=int, default=5, choices=range(1, len(CLASSES) + 1), metavar="N")
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gradcam_lib.commands.app", f"--port={port}", f"--visitors={args.visitors}"]
    app = subprocess.Popen([*command, "--no-browser"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        visits = visit(f"http://127.0.0.1:{port}/", psutil.Process(app.pid), args.visitors, args.answers)
        found = json.dumps(asyncio.run(asyncio.wait_for(visits, 60 * MINUTES)), indent=1)
    finally:
        app.terminate()
        app.wait(60)
    print(found)
    if args.out:
        args.out.write_text(found + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
