"""The resources and the retention policy of jobs, from the settings."""

from analytics.storage.database import Database
from service.settings import Settings
from tasks.file_store import FileStore
from tasks.resources import JobResources, RetentionPolicy


def open_job_resources(settings: Settings) -> JobResources:
    """Open a database and a file store. The caller closes the database."""
    return JobResources(Database(settings.database_url), FileStore(settings.files_url))


def retention_policy(settings: Settings) -> RetentionPolicy:
    """Read the retention policy from the settings."""
    return RetentionPolicy(
        export_days=settings.export_days,
        orphan_days=settings.orphan_days,
        webhook_days=settings.webhook_days,
        message_months=settings.message_months,
        form_answers=settings.form_answers,
        mask_phones=settings.mask_phones,
    )
