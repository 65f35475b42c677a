"""The command `guiden` as a process, in a home folder of its own."""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.settings import ROOT
from knowledge.catalogue import Catalogue, to_body
from knowledge.database import Database

Ran = subprocess.CompletedProcess[str]


@dataclass(frozen=True)
class Guiden:
    """Runs commands with `home` as their home folder and no other settings than those given in capitals."""

    home: Path

    def __call__(self, *arguments: str, stdin: str | bytes = "", **settings: str) -> Ran:
        """Run one command to its end."""
        return self.run([str(Path(sys.executable).with_name("guiden")), *arguments], stdin, **settings)

    def run(self, command: Sequence[str], stdin: str | bytes = "", **settings: str) -> Ran:
        """Run another program the same way."""
        plain = {name: value for name, value in os.environ.items() if not name.startswith("GUIDEN_")}
        given = stdin.encode() if isinstance(stdin, str) else stdin
        environment = plain | {"GUIDEN_HOME": str(self.home)} | settings
        ran = subprocess.run(command, input=given, capture_output=True, env=environment, cwd=ROOT, check=False)
        return subprocess.CompletedProcess(ran.args, ran.returncode, ran.stdout.decode(), ran.stderr.decode())

    def entries(self) -> dict[str, dict[str, Any]]:
        """Return the fields of every visible entry in its database, by id."""
        database = Database(f"sqlite:///{self.home / 'guiden.db'}")
        found = {each.entry.id: to_body(each.entry) for each in Catalogue(database).visible()}
        database.close()
        return found


def outcome(ran: Ran) -> str:
    """Return everything a command left, for the message of a failed test."""
    return f"exit {ran.returncode}\n--- stdout\n{ran.stdout}\n--- stderr\n{ran.stderr}"
