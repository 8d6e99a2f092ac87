"""A live session, without any terminal: link, loop, recording, history, checks, and a person's commands."""
