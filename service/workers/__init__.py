"""Worker processes: started and supervised, or reached through a broker."""
