"""The base of every kind of export file: messages go in, and either a whole file comes out or none."""

from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import uuid4

from analytics.reports.runner import MessageBatch


class ExportWriter(ABC):
    """A writer of one table of messages, a row each: call `append` repeatedly, then `finish`, or `discard`.

    After any error the file is deleted and the writer closed, so a file that lacks rows is never made.
    As a context manager it discards an unfinished file. Calls block; use it from one thread at a time.
    """

    def __init__(self) -> None:
        self._open = True

    def append(self, sends: MessageBatch) -> None:
        """Append messages in their order.

        Raises ValueError or KeyError for values outside the contract of `MessageBatch`, OSError when the disk is full,
        RuntimeError on a closed writer.
        """
        self._refuse_if_closed()
        try:
            self._write(sends)
        except BaseException:  # a job's time limit is no Exception, and it too must leave nothing behind
            self.discard()
            raise

    def finish(self, path: Path) -> None:
        """Make the file appear at `path`, complete, replacing what was there; the writer is closed.

        Raises OSError when that fails, and then leaves `path` as it was; RuntimeError on a closed writer.
        """
        self._refuse_if_closed()
        part = path.with_name(f".{uuid4().hex}.part")  # same folder: the last step is one rename
        try:
            self._save(part)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
            self.discard()

    def discard(self) -> None:
        """Remove everything temporary and close the writer; again, or after `finish`, it does nothing."""
        if self._open:
            self._open = False
            self._drop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.discard()

    def _refuse_if_closed(self) -> None:
        if not self._open:
            raise RuntimeError("this writer is finished or was discarded")

    @abstractmethod
    def _write(self, sends: MessageBatch) -> None:
        """Write rows to temporary storage."""

    @abstractmethod
    def _save(self, part: Path) -> None:
        """Write the complete file to `part`."""

    @abstractmethod
    def _drop(self) -> None:
        """Free temporary storage; called once."""
