"""The end of data: retention of old messages, orphans, and removal of a tenant."""
