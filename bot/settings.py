"""Every setting, read once from the environment; each is named `GUIDEN_` and its name here in capitals."""

from pathlib import Path
from typing import Literal
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from knowledge.errors import SettingsError

ROOT = Path(__file__).parent.parent

Language = Literal["sv", "en", "fi"]
LANGUAGES: tuple[Language, ...] = ("sv", "en", "fi")


class Settings(BaseSettings):
    """How this installation runs."""

    model_config = SettingsConfigDict(env_prefix="GUIDEN_", frozen=True)

    home: Path = Field(default=Path("var"), description="Folder for everything the program writes")
    database_url: str = Field(default="", description="SQLAlchemy URL; empty is SQLite in the home folder")
    model: str = Field(default="packaged", description="Encoder: packaged, a folder, or a name on the model hub")
    language: Language = Field(default="sv", description="Language of a conversation until the person chooses another")
    organisation: str = Field(default="", description="The municipality that has installed this; empty asks the person")
    retention_days: int = Field(default=21, ge=1, le=3650, description="How long a conversation is kept")
    contact: str = Field(default="", description="Address of a role, not a person, to turn to")
    rasa_url: str = Field(default="", description="A Rasa server that runs elsewhere; empty starts one as a child")
    rasa_secret: str = Field(default="", description="Shared secret between bot and Rasa; empty makes one at each start", repr=False)
    rasa_model: Path = Field(default=ROOT / "nlu" / "models" / "guide.tar.gz", description="The trained assistant")
    rasa_python: Path = Field(default=ROOT / "nlu" / ".venv" / "bin" / "python", description="Python of Rasa's environment")
    host: str = Field(default="127.0.0.1", description="Address that `guiden serve` listens on")
    port: int = Field(default=8080, ge=0, le=65535, description="Port that `guiden serve` listens on; 0 takes a free one")
    turn_seconds: float = Field(default=20, gt=0, le=120, description="Longest wait for the dialogue server in one turn")
    smtp_host: str = Field(default="", description="Mail server; empty writes messages as files in the folder outbox")
    smtp_port: int = Field(default=587, ge=1, le=65535, description="Port of the mail server")
    smtp_username: str = Field(default="", description="Who logs in to the mail server; empty does not log in")
    smtp_password: str = Field(default="", description="Password of that user", repr=False)
    smtp_tls: Literal["starttls", "tls", "none"] = Field(
        default="starttls", validate_default=True, description="How the way to the mail server is protected; none only without a user"
    )
    mail_from: str = Field(default="", validate_default=True, description="Sender of messages; needed with a mail server")
    public_url: str = Field(default="", description="Address of this service for links in messages, without / at its end")
    same_need_threshold: int = Field(default=3, ge=2, le=290, description="So many organisations with the same need make it ripe")
    smallest_group: int = Field(default=3, ge=1, le=1000, description="Unanswered questions of fewer askers are not shown")
    link_days: int = Field(default=30, ge=1, le=3650, description="How often a source's page is asked whether it is still there")
    slack_api_url: str = Field(default="https://slack.com/api/", description="Slack's Web API; another address only for tests")
    slack_signing_secret: str = Field(default="", description="Secret that Slack signs its requests with", repr=False)
    slack_app_token: str = Field(default="", description="xapp-...; events come through a socket that we open (Socket Mode)", repr=False)
    slack_client_id: str = Field(default="", validate_default=True, description="For several workspaces: the app's id")
    slack_client_secret: str = Field(default="", validate_default=True, description="For several workspaces: the app's secret", repr=False)
    slack_token_keys: str = Field(
        default="", validate_default=True, description="Fernet keys that encrypt the workspaces' tokens, newest first, by comma", repr=False
    )
    slack_teams: str = Field(default="", description="For several workspaces: those (T...) that may install, by comma; empty is any")
    slack_bot_token: str = Field(default="", validate_default=True, description="xoxb-...; for one workspace", repr=False)
    teams_development: bool = Field(default=False, description="Answer anybody who calls as Teams: only for the Agents Playground")
    teams_client_id: str = Field(default="", description="For Teams: the app's id (client id) in the directory")
    teams_tenant: str = Field(default="", validate_default=True, description="For Teams: id of the directory (tenant) that has the app")
    teams_tenants: str = Field(default="", description="Directories whose people may use the guide, by comma; empty is the app's own")
    teams_client_secret: str = Field(default="", validate_default=True, description="For Teams: the app's secret", repr=False)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(default="WARNING", description="What is logged")

    @field_validator("home")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        try:
            return value.expanduser().resolve()
        except RuntimeError as error:  # "~name" of somebody who is not there
            raise ValueError(str(error)) from error

    @field_validator("smtp_tls")
    @classmethod
    def _password_is_protected(cls, value: str, given: ValidationInfo) -> str:
        if value == "none" and given.data.get("smtp_username"):
            msg = "a password is never sent without TLS"
            raise ValueError(msg)
        return value

    @field_validator("mail_from")
    @classmethod
    def _sender(cls, value: str, given: ValidationInfo) -> str:
        if not value and not given.data.get("smtp_host"):
            return value
        try:
            return validate_email(value, check_deliverability=False).normalized
        except EmailNotValidError as error:
            msg = f"must be an e-mail address ({error})"
            raise ValueError(msg) from error

    @field_validator("public_url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        if value and not value.startswith(("https://", "http://")):
            msg = "must begin with https:// or http://"
            raise ValueError(msg)
        return value.rstrip("/")

    @field_validator("slack_api_url")
    @classmethod
    def _slack_address(cls, value: str) -> str:
        return cls._web_address(value) + "/"

    @field_validator("slack_app_token")
    @classmethod
    def _slack_app_token_is_one(cls, value: str) -> str:
        return _slack_token(value, "xapp-")

    @field_validator("slack_client_id")
    @classmethod
    def _slack_can_be_installed(cls, value: str, given: ValidationInfo) -> str:
        if value and not given.data.get("public_url"):
            msg = "needs GUIDEN_PUBLIC_URL, where Slack leads back to after an installation"
            raise ValueError(msg)
        return value

    @field_validator("slack_client_secret", "slack_token_keys")
    @classmethod
    def _slack_client_is_whole(cls, value: str, given: ValidationInfo) -> str:
        if bool(value) != bool(given.data.get("slack_client_id")):
            msg = "GUIDEN_SLACK_CLIENT_ID, GUIDEN_SLACK_CLIENT_SECRET and GUIDEN_SLACK_TOKEN_KEYS belong together"
            raise ValueError(msg)
        return value

    @field_validator("slack_token_keys")
    @classmethod
    def _slack_keys_are_keys(cls, value: str) -> str:
        if value:
            from cryptography.fernet import Fernet

            for key in value.split(","):
                Fernet(key.strip())  # raises ValueError, which does not repeat the key
        return value

    @field_validator("slack_bot_token")
    @classmethod
    def _slack_is_whole(cls, value: str, given: ValidationInfo) -> str:
        client, way_in = given.data.get("slack_client_id"), given.data.get("slack_signing_secret") or given.data.get("slack_app_token")
        if value and client:
            msg = "is for one workspace and GUIDEN_SLACK_CLIENT_ID for several: choose one of them"
            raise ValueError(msg)
        if (value or client) and not way_in:
            msg = "needs GUIDEN_SLACK_SIGNING_SECRET, or GUIDEN_SLACK_APP_TOKEN for Socket Mode"
            raise ValueError(msg)
        if way_in and not (value or client):
            msg = "is missing: GUIDEN_SLACK_BOT_TOKEN for one workspace, or GUIDEN_SLACK_CLIENT_ID for several"
            raise ValueError(msg)
        return _slack_token(value, "xoxb-")

    @field_validator("teams_client_id", "teams_tenant")
    @classmethod
    def _teams_id(cls, value: str) -> str:
        # Teams says in every message which directory it is from, by its id and not by its name.
        return str(UUID(value.strip())) if value else value

    @field_validator("teams_tenants")
    @classmethod
    def _teams_ids(cls, value: str) -> str:
        return ",".join(cls._teams_id(part) for part in value.split(",") if part.strip())

    @field_validator("teams_tenant", "teams_client_secret")
    @classmethod
    def _teams_is_whole(cls, value: str, given: ValidationInfo) -> str:
        if bool(value) != bool(given.data.get("teams_client_id")):
            msg = "GUIDEN_TEAMS_CLIENT_ID, GUIDEN_TEAMS_CLIENT_SECRET and GUIDEN_TEAMS_TENANT belong together"
            raise ValueError(msg)
        return value

    @field_validator("teams_client_id")
    @classmethod
    def _teams_is_safe(cls, value: str, given: ValidationInfo) -> str:
        if value and given.data.get("teams_development"):
            msg = "is refused together with GUIDEN_TEAMS_DEVELOPMENT, which lets anybody in"
            raise ValueError(msg)
        return value

    @property
    def uses_slack(self) -> bool:
        """Tell whether the guide is to be met in Slack."""
        return bool(self.slack_bot_token or self.slack_client_id)

    @property
    def uses_teams(self) -> bool:
        """Tell whether the guide is to be met in Teams."""
        return bool(self.teams_client_id or self.teams_development)

    @property
    def outbox(self) -> Path:
        """Return the folder of messages that no mail server takes."""
        return self.home / "outbox"

    @property
    def database(self) -> str:
        """Return the SQLAlchemy URL of the database."""
        return self.database_url or f"sqlite:///{self.home / 'guiden.db'}"

    @property
    def index(self) -> Path:
        """Return the folder of the search index."""
        return self.home / "index"

    @property
    def models(self) -> Path:
        """Return the folder of the encoder."""
        return self.home / "models"


def load_settings() -> Settings:
    """Read the settings; raise SettingsError naming the first variable that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "GUIDEN_" + "_".join(str(part) for part in first["loc"]).upper()
        field = Settings.model_fields.get(str(first["loc"][0]))
        value = first["input"] if field is None or field.repr or not first["input"] else "***"
        raise SettingsError("setting", name=name, value=value, cause=first["msg"]) from error


def _slack_token(value: str, prefix: str) -> str:
    if value and not value.startswith(prefix):
        msg = f"must begin with {prefix}"
        raise ValueError(msg)
    return value
