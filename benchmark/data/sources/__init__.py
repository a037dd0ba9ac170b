"""Sources of a task's rows: the hub, a local mirror, a user's file, the embedded grammar."""
