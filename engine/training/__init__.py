"""Everything that needs torch. Only a worker and the foreground command import it."""
