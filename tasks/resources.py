"""The resources that jobs work with, and the retention policy that they follow."""

from dataclasses import dataclass, field

from analytics.storage.database import Database
from tasks.file_store import FileStore


@dataclass(frozen=True)
class JobResources:
    """The database, the store of finished files, and the tenants whose part of the database did not answer last."""

    database: Database
    files: FileStore
    away: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class RetentionPolicy:
    """The time that each kind of data is kept, and which personal data is kept or shown at all."""

    export_days: int
    orphan_days: int
    webhook_days: int
    message_months: int | None = None  # None: for ever
    form_answers: bool = False  # what customers fill into WhatsApp's forms
    mask_phones: bool = False  # phones of recipients, for supervisors
