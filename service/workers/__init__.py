"""Worker processes: started and supervised, or reached through a broker."""

# Threads of one process. Making a workbook is mostly Python, so a second one only lets a small export pass a large one.
THREADS = 2
