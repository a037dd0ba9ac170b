"""The numbers that the papers printed, as data: one TOML file per table, in one folder per paper."""

from reports.published.catalogue import load_table, load_tables, table_names
from reports.published.published_table import Fill, PublishedCell, PublishedTable, Selection

__all__ = ["Fill", "PublishedCell", "PublishedTable", "Selection", "load_table", "load_tables", "table_names"]
