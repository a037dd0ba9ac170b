"""publish: a release of results that others can use without this program."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from benchmark.cli.options import Results
from benchmark.cli.results_folder import results_folder


def publish(
    to: Annotated[str, typer.Option("--to", metavar="DIR", help="A folder, or hf://datasets/ORG/NAME if you have a token.")],
    results: Results = None,
    labels: Annotated[bool, typer.Option("--labels/--no-labels", help="Whether gold labels are in it.")] = True,
    url: Annotated[str, typer.Option("--url", metavar="URL", help="Where the release will be found, for its metadata.")] = "",
    public: Annotated[bool, typer.Option("--public/--private", help="Who may see a repository that is made. Default: private.")] = False,
) -> None:
    """Write a results release: runs, predictions of single examples, test sets and environments as parquet, a dataset card, Croissant
    metadata and checksums. No text of a data set is in it."""
    from reports.release.hub_upload import hub_repository, hub_token, hub_url, upload
    from reports.release.release import ReleaseOptions, make_release, write_release
    from reports.release.release_time import release_time

    folder, repo = results_folder(results), hub_repository(to)
    if repo is not None:
        hub_token()  # before the work
        url = url or hub_url(repo)
    release = make_release(folder, ReleaseOptions(release_time(), labels, url))
    if repo is None:
        write_release(release, Path(to))
    where = to if repo is None else upload(release, repo, public=public)
    size = sum(map(len, release.files.values()))
    runs = ", ".join(f"{n} {status}" for status, n in release.facts.statuses.items())
    typer.echo(f"{where}: {len(release.files)} files, {size} bytes; runs: {runs}")
