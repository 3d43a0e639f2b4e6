"""Writers of export files: CSV and Excel."""
