"""The database, its tables, and the differences between SQLite, PostgreSQL and Citus."""
