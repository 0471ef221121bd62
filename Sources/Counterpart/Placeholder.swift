// moved in by its room
