"""The app's manifest is one that Slack takes, and asks for what the guide needs."""

import json
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft7Validator

from bot.channels.slack.install import SCOPES
from bot.channels.slack.listening import COMMAND, SHORTCUT
from bot.settings import ROOT

MANIFEST: dict[str, Any] = yaml.safe_load((ROOT / "slack" / "manifest.yml").read_text("utf-8"))
SCHEMA = json.loads((Path(__file__).parents[1] / "fixtures" / "slack" / "manifest.json").read_text("utf-8"))


def test_shape() -> None:
    """Every field is one that Slack knows; its types lack a scope that agents must have."""
    wrong = [error.message for error in Draft7Validator(SCHEMA).iter_errors({"manifest": MANIFEST})]

    assert ["'assistant:write' is not one of"] == [message[:31] for message in wrong]


def test_lengths() -> None:
    """Texts are as long as Slack lets them be."""
    about = MANIFEST["display_information"]

    assert (True, True, True) == (len(about["name"]) <= 35, len(about["description"]) <= 140, 174 <= len(about["long_description"]) <= 4000)


def test_agrees_with_the_code() -> None:
    """Scopes, command and shortcut are those that the guide uses."""
    features = MANIFEST["features"]

    assert list(SCOPES) == MANIFEST["oauth_config"]["scopes"]["bot"]
    assert (COMMAND, SHORTCUT) == (features["slash_commands"][0]["command"], features["shortcuts"][0]["callback_id"])
