"""What jobs work with, opened from the settings."""

from analytics.storage.database import Database
from service.settings import Settings
from tasks.exports.job import JobResources
from tasks.file_store import FileStore


def open_job_resources(settings: Settings) -> JobResources:
    """A database and a file store of one's own; close the database when done."""
    return JobResources(
        Database(settings.database_url),
        FileStore(settings.files_url),
        settings.export_days,
        settings.orphan_days,
        settings.webhook_days,
        settings.message_months,
        settings.form_answers,
    )
