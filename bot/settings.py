"""Every setting, read once from the environment; each is named `GUIDEN_` and its name here in capitals."""

from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, field_validator
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
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(default="WARNING", description="What is logged")

    @field_validator("home")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().resolve()

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
        raise SettingsError("setting", name=name, value=first["input"], cause=first["msg"]) from error
