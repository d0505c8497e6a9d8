"""Where the tenants stand, read again while the service runs."""

from __future__ import annotations

import hashlib
import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path

from deployments.errors import Misconfigured
from serve_app.access.settings import KeyAccessSettings
from serve_app.access.tenants import MAX_BYTES, TenantsFile, parse_tenants

logger = logging.getLogger("ray.serve")


class Source:
    """The file or the variable of the settings. `start` follows the file, in a thread of its own.

    It is read whole and compared by content: modification times miss a mounted secret that is swapped, and files of one
    second. What cannot be used is logged once, and the last good one stays. taken: called with each new one.
    """

    def __init__(self, settings: KeyAccessSettings, taken: Callable[[TenantsFile], None]) -> None:
        """Read it. Raises Misconfigured: a service does not start without its tenants."""
        self._settings = settings
        self._taken = taken
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        try:
            self._seen = self._content()
        except OSError as error:
            raise Misconfigured(f"{self.place} cannot be read: {error.strerror or 'unknown reason'}") from None
        taken(self._parsed(self._seen))

    @property
    def place(self) -> str:
        """Where the tenants stand, for the operator."""
        if self._settings.file is None:
            return f"access.env: the variable {self._settings.env}"
        return f"access.file: {self._settings.file}"

    def start(self) -> None:
        """Follow the file from now on. A variable of a process does not change."""
        if self._settings.file is not None and self._thread is None:
            self._thread = threading.Thread(target=self._follow, name="tenants", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def look(self) -> None:
        """Take what has changed. Raises nothing."""
        try:
            content: bytes | None = self._content()
        except OSError:
            content = None
        if content == self._seen:
            return
        self._seen = content
        try:
            if content is None:
                raise Misconfigured(f"{self.place} cannot be read")
            self._taken(self._parsed(content))
        except Misconfigured as error:
            logger.error("access: the tenants stay as they were; %s", error)

    def _follow(self) -> None:
        while not self._stop.wait(self._settings.reload_s):
            try:
                self.look()
            except Exception:  # the thread must outlive whatever a file holds
                logger.exception("access: the tenants stay as they were")

    def _content(self) -> bytes | None:
        if self._settings.file is None:
            return os.environ.get(self._settings.env or "", "").encode("utf-8", "surrogateescape")
        with Path(self._settings.file).expanduser().open("rb") as file:
            return file.read(MAX_BYTES + 1)

    def _parsed(self, content: bytes | None) -> TenantsFile:
        if not content:
            raise Misconfigured(f"{self.place} is empty; put tenants there, see docs/access.md")
        if len(content) > MAX_BYTES:
            raise Misconfigured(f"{self.place} is larger than {MAX_BYTES} bytes")
        try:
            tenants = parse_tenants(content.decode("utf-8-sig"), self.place)
        except UnicodeDecodeError:
            raise Misconfigured(f"{self.place} is not UTF-8") from None
        count = sum(len(tenant.keys) for tenant in tenants.tenants)
        revision = hashlib.sha256(content).hexdigest()[:12]
        logger.info("access: %d tenants with %d keys, revision %s", len(tenants.tenants), count, revision)
        return tenants
