"""Results in forms that others read: a release of tables with its card and metadata, and the files of a shared collection."""
