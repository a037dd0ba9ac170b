"""A small made-up table, so that each check is tried where it finds something and where it does not."""

from __future__ import annotations

import pytest

from reports.audit import Published, load_published
from reports.audit.audit import CHECKS
from reports.published.catalogue import build_table
from reports.published.table_file import TableFile

HEAD = ("paper", "citation", "title", "number", "caption", "baseline")


@pytest.fixture(scope="session")
def published():
    return load_published()


@pytest.fixture
def made_up():
    """Two arms on one task: `made_up(ce="80.0 +- 1.0", new="82.0 +- 1.0", p="0.05", n=3, ...)`."""

    def build(ce="80.0 +- 1.0", new="82.0 +- 1.0", p=None, key="paper/table", **facts):
        return build_table(
            key,
            TableFile.model_validate(
                {
                    **dict(zip(HEAD, ("paper", "A. Author", "T", "1", "C", "ce"), strict=True)),
                    "all": {"task": "sst2", "shots": "all", "source": "made up", "confidence": "secondary", "model": "M-base", **facts},
                    "columns": [{"label": "A"}],
                    "rows": [
                        {"id": "CE", "labels": ["CE"], "arm": "ce", "cells": [ce]},
                        {
                            "id": "new",
                            "labels": ["new"],
                            "arm": "new",
                            "method": "new",
                            "cells": [new],
                            **({"p": [p], "p_against": "CE"} if p else {}),
                        },
                    ],
                }
            ),
        )

    return build


@pytest.fixture
def findings():
    """What one check says about one made-up table (and others beside it)."""

    def run(name, table, *others, facts=None):
        everything = Published({one.key: one for one in (table, *others)}, facts or {})
        return list(CHECKS[name](table, everything))

    return run
