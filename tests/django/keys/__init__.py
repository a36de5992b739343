"""Keys that a project made itself. The app has no migrations: `doors.py` creates its tables."""
