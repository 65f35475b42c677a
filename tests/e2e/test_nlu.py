"""What Rasa's own tests say of the assistant: its conversations, and messages that its training data has not seen."""

import json
import os
import subprocess
from pathlib import Path

from bot.settings import ROOT, Settings

# Set below what was measured (0.966 accuracy), by what a few unlucky messages may cost.
FEWEST_RIGHT = 0.95
FEWEST_SAFE = 0.75


def rasa(*arguments: str) -> None:
    """Run Rasa's command line; fail with the end of its output when it fails."""
    quiet = {
        "OMP_NUM_THREADS": "1",
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "CUDA_VISIBLE_DEVICES": "",
    }
    command = [str(Settings().rasa_python), "-W", "ignore", "-m", "rasa", *arguments, "--model", str(Settings().rasa_model)]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | quiet, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]


def test_conversations_follow_the_rules(tmp_path: Path) -> None:
    """Every conversation in `nlu/tests/stories.yml` takes the actions it should."""
    stories = str(ROOT / "nlu" / "tests" / "stories.yml")

    rasa("test", "core", "--stories", stories, "--fail-on-prediction-errors", "--no-plot", "--out", str(tmp_path))


def test_unseen_messages_are_understood(tmp_path: Path) -> None:
    """Messages written by somebody who has not seen the training data are understood, also those of people in distress."""
    heldout = str(ROOT / "nlu" / "tests" / "heldout.yml")

    rasa("test", "nlu", "--nlu", heldout, "--no-plot", "--out", str(tmp_path))

    report = json.loads((tmp_path / "intent_report.json").read_text("utf-8"))
    assert report["accuracy"] >= FEWEST_RIGHT
    assert report["sensitive_statement"]["recall"] >= FEWEST_SAFE
