"""Reading numbers: access, query planning, SQL, and the directory's names."""
