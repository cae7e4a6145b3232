"""Workshops: what a program is made of, each thing wired from the settings at its first use."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from tracker import __version__
from tracker.catalog.beliefs import Beliefs, read_beliefs
from tracker.classify.readers import make_reader
from tracker.core.errors import SettingsError
from tracker.core.observations import Observer
from tracker.core.ports import Archivist, Clock, Fetcher, Postman, Reader
from tracker.pipeline.effective import effective_observer
from tracker.pipeline.judge import Docket
from tracker.settings import Settings
from tracker.store.engine import Store

if TYPE_CHECKING:
    from tracker.outputs.letters import Letters
    from tracker.sources.web import HttpFetcher


class Workshops:
    """Everything expensive is made at first use, so that ``--help`` costs nothing."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        self.stopping = False
        self.warn: Callable[[str], None] = lambda _: None

    def close(self) -> None:
        """Let go of the database, if it was opened."""
        if "store" in self.__dict__:
            self.store.close()

    @cached_property
    def store(self) -> Store:
        return Store(self.settings.database)

    @cached_property
    def beliefs(self) -> Beliefs:
        """Raises ConfigError with every problem under config/."""
        return read_beliefs(self.settings.config_folder)

    @cached_property
    def _reading(self) -> tuple[Observer, Reader]:
        beliefs = self.beliefs
        return make_reader(beliefs.observers.active, beliefs.words, beliefs.places, self.settings.models_folder)

    def reader_named(self, name: str) -> tuple[Observer, Reader]:
        """The observer of that id in config/observers.toml, the active one for ""; raises RefusedError for none."""
        if not name:
            return self._reading
        beliefs = self.beliefs
        return make_reader(beliefs.observer(name), beliefs.words, beliefs.places, self.settings.models_folder)

    def read_with(self, reader: Reader) -> None:
        """Let another reader read under the active observer's name (to measure; nothing of it outlives the program)."""
        self.__dict__["_reading"] = (self.observer, reader)

    @property
    def observer(self) -> Observer:
        return self._reading[0]

    @property
    def effective(self) -> Observer:
        """The observer whose readings count: the configured one once it has read everything."""
        return effective_observer(self.store, self.observer)

    @property
    def reader(self) -> Reader:
        return self._reading[1]

    @cached_property
    def fetcher(self) -> Fetcher:
        return self._http

    @cached_property
    def archivist(self) -> Archivist:
        from tracker.sources.queries import HttpArchivist  # as below

        return HttpArchivist(self._http)

    @cached_property
    def _http(self) -> HttpFetcher:
        from tracker.sources.web import HttpFetcher  # the HTTP client costs a quarter second that only polling needs

        settings = self.settings
        contact = f"; +{settings.contact}" if settings.contact else ""
        return HttpFetcher(
            f"tracker/{__version__} (news archive and forecast checking{contact})",
            settings.fetch_allow,
            read_s=settings.fetch_timeout_s,
            total_s=settings.fetch_timeout_s,
            limit_bytes=settings.fetch_max_bytes,
        )

    @cached_property
    def postman(self) -> Postman | None:
        """None while no mail server is set: digests are then composed and kept, not mailed."""
        settings = self.settings
        if not settings.smtp_host:
            return None
        if not settings.mail_from:
            raise SettingsError("TRACKER_SMTP_HOST is set and TRACKER_MAIL_FROM is not; name the digest's sender")
        from tracker.outputs.smtp import SmtpPostman  # mail is no business of the other verbs

        return SmtpPostman(
            settings.smtp_host,
            settings.smtp_port,
            settings.smtp_security,
            settings.smtp_user,
            settings.smtp_password.get_secret_value(),
        )

    @cached_property
    def letters(self) -> Letters:
        from tracker.outputs.letters import Letters  # templates are no business of the other verbs

        settings = self.settings
        return Letters(settings.mail_from, settings.mail_unsubscribe, settings.public_url)

    @cached_property
    def docket(self) -> Docket:
        beliefs = self.beliefs
        return Docket(
            beliefs.forecasts, beliefs.series, beliefs.forecasts_hash, beliefs.forecasts_text, beliefs.words.audible
        )
