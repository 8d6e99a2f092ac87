"""A live session, without any terminal: link, loop, recording, history, checks, and what a person says meanwhile."""
