"""Starts Rasa as a child process, waits until it answers, starts it again when it dies, and stops it."""

import asyncio
import ctypes
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path

from bot.dialogue import Dialogue
from bot.settings import ROOT, Settings
from knowledge.errors import UnavailableError

log = logging.getLogger(__name__)

_START_SECONDS = 120
_STOP_SECONDS = 10
_POLL_SECONDS = 0.2
_LONGEST_PAUSE = 30.0
_STEADY_SECONDS = 60.0
_PR_SET_PDEATHSIG = 1
_CANARY = "canary"

# One OpenMP thread: two wait for each other in a loop when the machine is busy (13 ms become 390).
_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "PYTHONWARNINGS": "ignore",
    "PYTHONUNBUFFERED": "1",
    "CUDA_VISIBLE_DEVICES": "",
}


class RasaServer:
    """A Rasa server that lives as long as this process, on a loopback port of its own."""

    def __init__(self, settings: Settings, dialogue: Dialogue, action_url: str, tracker_url: str) -> None:
        self._settings = settings
        self._dialogue = dialogue
        self._environment = {
            "GUIDEN_ACTION_URL": action_url,
            "GUIDEN_RASA_SECRET": dialogue.secret,
            "GUIDEN_TRACKER_URL": tracker_url,
        }
        self._process: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None
        self._stopping = False
        self._changed = asyncio.Condition()
        self.is_ready = False

    @property
    def pid(self) -> int | None:
        """Return the child's process id while it runs."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def start(self, progress: Callable[[], None] = lambda: None) -> None:
        """Start the child and wait until it answers a first message; `progress` is called while waiting.

        Raises:
            UnavailableError: a file is missing, or the child died or stayed silent.
        """
        for path in (self._settings.rasa_python, self._settings.rasa_model):
            if not path.exists():
                raise UnavailableError("rasa_not_built", path=path)
        await self._launch(progress)
        self._watch = asyncio.create_task(self._keep_alive())

    async def until_running(self, other_than: int | None = None) -> None:
        """Wait until a child answers; with `other_than`, one that is not the process of that id."""
        async with self._changed:
            await self._changed.wait_for(lambda: self.is_ready and self.pid != other_than)

    async def stop(self) -> None:
        """Stop the child: politely first, then not."""
        self._stopping = True
        if self._watch:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        await self._end()

    async def _launch(self, progress: Callable[[], None] = lambda: None) -> None:
        port = _free_port()
        self._settings.home.mkdir(parents=True, exist_ok=True)
        self._process = await asyncio.create_subprocess_exec(
            *(str(self._settings.rasa_python), "-m", "rasa", "run", "--interface", "127.0.0.1", "--port", str(port)),
            *("--model", str(self._settings.rasa_model), "--endpoints", str(ROOT / "nlu" / "endpoints.yml")),
            *("--credentials", str(ROOT / "nlu" / "credentials.yml")),
            cwd=ROOT,
            env=os.environ | _ENVIRONMENT | self._environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=_log_file(self._settings.home),
            stderr=asyncio.subprocess.STDOUT,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
            start_new_session=True,
        )
        self._dialogue.rasa_url = f"http://127.0.0.1:{port}"
        try:
            await asyncio.wait_for(self._until_it_answers(progress), _START_SECONDS)
            async with self._changed:
                self.is_ready = True
                self._changed.notify_all()
        except TimeoutError as error:
            await self._end()
            raise UnavailableError("rasa_silent", seconds=_START_SECONDS, log=self._settings.home / "rasa.log") from error

    async def _until_it_answers(self, progress: Callable[[], None]) -> None:
        # A server that came up without its model answers nothing, forever; only a real answer counts.
        while True:
            progress()
            if self._process is None or self._process.returncode is not None:
                raise UnavailableError("rasa_died", log=self._settings.home / "rasa.log")
            try:
                await self._dialogue.ask_rasa(_CANARY, {"payload": {"intent": "greet"}}, {})
            except UnavailableError:
                await asyncio.sleep(_POLL_SECONDS)
            else:
                return

    async def _keep_alive(self) -> None:
        pause = 1.0
        loop = asyncio.get_running_loop()
        while not self._stopping and self._process:
            started = loop.time()
            code = await self._process.wait()
            self.is_ready = False
            if self._stopping:
                return
            pause = 1.0 if loop.time() - started > _STEADY_SECONDS else min(pause * 2, _LONGEST_PAUSE)
            log.error("Rasa ended with code %s; starting it again", code)
            try:
                await self._launch()
            except UnavailableError as error:
                log.error("Rasa did not start: %s; trying again in %.0f s", error, pause)
                await asyncio.sleep(pause)

    async def _end(self) -> None:
        if self._process is None or self._process.returncode is not None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self._process.wait(), _STOP_SECONDS)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _log_file(home: Path) -> int:
    # Rasa's log may hold what people wrote when something breaks: only the owner may read it.
    return os.open(home / "rasa.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
