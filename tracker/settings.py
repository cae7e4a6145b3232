"""Settings: this deployment, read from ``TRACKER_…`` environment variables. Secrets come from nowhere else."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from tracker.core.errors import SettingsError

PREFIX = "TRACKER_"
CHECKOUT = Path(__file__).resolve().parents[1]
FOR_TESTS_ONLY = frozenset({"TRACKER_TEST_PG"})
"""Variables of the test suite that share the prefix and are no settings."""

Network = IPv4Network | IPv6Network


class Settings(BaseSettings):
    """Every setting with its default; ``docs/settings.md`` describes each and a test holds the two together."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    home: Path = Field(CHECKOUT, description="where config, models and migrations are")
    data: Path | None = Field(None, description="folder of the SQLite database; default: data under the home")
    database_url: str = Field("", description="SQLAlchemy URL; default: SQLite under the data folder")
    host: str = Field("127.0.0.1", description="address the API and pages listen on")
    port: int = Field(8000, ge=0, le=65535, description="port the API and pages listen on")
    contact: str = Field("", description="address or page named in the fetcher's User-Agent")
    fetch_allow: Annotated[tuple[Network, ...], NoDecode] = Field(
        (), description="networks the fetcher may dial although they are private, comma separated"
    )
    fetch_timeout_s: float = Field(20.0, gt=0, le=300, description="total seconds for one fetch")
    fetch_max_bytes: int = Field(15 * 1024 * 1024, gt=0, description="largest decoded document in bytes")
    fetch_threads: int = Field(10, ge=1, le=64, description="feeds fetched at once")
    fetch_spacing_s: float = Field(1.0, ge=0, le=60, description="least seconds between two requests to one host")
    backfill_urls: Annotated[Mapping[str, str], NoDecode] = Field(
        {}, description="other addresses of dated archives, as id=URL, comma separated"
    )
    backfill_spacing_s: float | None = Field(None, ge=0, le=3600, description="seconds between two requests to one")
    smtp_host: str = Field("", description="mail server; empty: digests are composed and stored, not mailed")
    smtp_port: int = Field(587, ge=1, le=65535, description="mail server's port")
    smtp_security: Literal["starttls", "tls", "none"] = Field("starttls", description="how the mail line is kept")
    smtp_user: str = Field("", description="mail server login; empty: none")
    smtp_password: SecretStr = Field(SecretStr(""), description="mail server password")
    mail_from: str = Field("", description="sender address of the digest")
    mail_unsubscribe: str = Field("", description="address that unsubscribe mails go to")
    operator_mail: str = Field("", description="address that is told once when the program hears nothing")
    public_url: str = Field("", description="address of the page as readers reach it, named in the digest")

    @field_validator("fetch_allow", mode="before")
    @classmethod
    def _networks(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(ip_network(part.strip()) for part in value.split(",") if part.strip())
        return value

    @field_validator("backfill_urls", mode="before")
    @classmethod
    def _addresses(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        # A comma inside an address is not followed by "id=http".
        parts = [part.partition("=") for part in re.split(r",\s*(?=[a-z0-9-]+=https?://)", value.strip())]
        if any(not id_.strip() or not mark or not re.match(r"https?://[^\s/]", url) for id_, mark, url in parts):
            raise ValueError("give id=URL, several with a comma between, such as gdelt=http://127.0.0.1:8080/doc")
        return {id_.strip(): url.strip() for id_, _, url in parts}

    def is_near(self, url: str) -> bool:
        """Whether an address is this machine's own, or a literal one in a network the operator allows."""
        try:
            host = urlsplit(url).hostname or ""
            if host == "localhost":
                return True
            address = ip_address(host)
        except ValueError:
            return False
        return address.is_loopback or any(address in network for network in self.fetch_allow)

    @property
    def data_folder(self) -> Path:
        return self.data if self.data is not None else self.home / "data"

    @property
    def database(self) -> str:
        """The database URL in force."""
        return self.database_url or f"sqlite:///{(self.data_folder / 'tracker.sqlite3').absolute()}"

    @property
    def config_folder(self) -> Path:
        return self.home / "config"

    @property
    def models_folder(self) -> Path:
        return self._own_or_shipped("models")

    @property
    def migrations_folder(self) -> Path:
        return self._own_or_shipped("migrations")

    def _own_or_shipped(self, name: str) -> Path:
        # A home that changes only beliefs (config/) need not copy what comes with the program.
        own = self.home / name
        return own if own.is_dir() else CHECKOUT / name


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from the environment; raises SettingsError that names every bad or unknown variable."""
    environ = os.environ if environ is None else environ
    known = {PREFIX + name.upper(): name for name in Settings.model_fields}
    given = {key: value for key, value in environ.items() if key.upper().startswith(PREFIX)}
    problems: list[str] = []
    for key in sorted(given):
        if key not in known and key not in FOR_TESTS_ONLY:
            near = difflib.get_close_matches(key.upper(), known, 1)
            problems.append(
                f"{key} is no setting" + (f"; did you mean {near[0]}?" if near else "; see docs/settings.md")
            )
    values = {name: given[key] for key, name in known.items() if key in given and given[key] != ""}
    try:
        settings: Settings = _FromValues.model_validate(values)
    except ValidationError as trouble:
        for error in trouble.errors(include_url=False, include_input=False):
            name = str(error["loc"][0]) if error["loc"] else ""
            problems.append(f"{PREFIX}{name.upper()}: {error['msg']}")
    if problems:
        raise SettingsError("; ".join(problems))
    return settings


class _FromValues(Settings):
    """Settings taken from given values alone, so that a reading does not depend on the process around it."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the library names these and passes them by name
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)
