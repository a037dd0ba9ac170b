"""One answer over several tasks: on how many tasks, on these tasks, on a new task; and descriptions (interquartile mean, ranks)."""
