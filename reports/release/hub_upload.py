"""The upload of a release to a dataset repository of the Hugging Face hub, or of another server that speaks its protocol (HF_ENDPOINT)."""

from __future__ import annotations

import re

from benchmark.errors import UserError
from reports.release.release import CARD, CHECKSUMS, LICENCE, METADATA, REGISTRATION, Release

ADDRESS = re.compile(r"hf://datasets/(?P<repo>[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*)/?")
OURS = re.compile(r"(records|predictions|testsets|environments)/[^/]+\.parquet")  # and the files below
TOP = {CARD, METADATA, LICENCE, CHECKSUMS, REGISTRATION, ".gitattributes"}


def hub_repository(to: str) -> str | None:
    """`ORG/NAME` of `hf://datasets/ORG/NAME`; None for a folder. UserError for another address."""
    if found := ADDRESS.fullmatch(to):
        return found["repo"]
    if "://" in to:
        raise UserError(f"{to!r} is no address of a dataset.", "hf://datasets/ORG/NAME, or a folder.", "Correct --to.")
    return None


def hub_token() -> str:
    """The token of the hub's client. UserError where there is none."""
    from huggingface_hub import get_token

    token = get_token()
    if token is None:
        raise UserError(
            "There is no token for the hub.",
            "One that may write datasets.",
            "Set HF_TOKEN, or log in with `hf auth login`; --to DIR needs none.",
        )
    return token


def hub_url(repo: str) -> str:
    """The page of a dataset repository."""
    from huggingface_hub import constants

    return f"{constants.ENDPOINT}/datasets/{repo}"


def upload(release: Release, repo: str, *, public: bool) -> str:
    """Commit a release to a dataset repository, which is made where there is none; what only an earlier release had is deleted in the
    same commit. Returns the address of the commit.

    Args:
        public: whether a repository that is made can be seen by everyone; one that exists stays as it is.

    Raises:
        UserError: no token, a repository with anything else in it, or a refusal of the server.
    """
    token = hub_token()
    try:
        from huggingface_hub import CommitOperationAdd, CommitOperationCopy, CommitOperationDelete, HfApi

        api = HfApi(token=token)
        api.create_repo(repo, repo_type="dataset", private=not public, exist_ok=True)
        there = set(api.list_repo_files(repo, repo_type="dataset"))
        _refuse_foreign(repo, there)
        gone = sorted(there - set(release.files) - {".gitattributes"})
        changes: list[CommitOperationAdd | CommitOperationCopy | CommitOperationDelete] = [
            *(CommitOperationAdd(path, content) for path, content in release.files.items()),
            *(CommitOperationDelete(path) for path in gone),
        ]
        done = api.create_commit(repo, changes, commit_message=f"{release.facts.title}, {release.facts.date}", repo_type="dataset")
    except UserError:
        raise
    except Exception as error:  # the client's errors come from whichever HTTP library its version uses
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        raise UserError(
            f"The hub did not take the release ({reason}).",
            "A token that may write to this repository, and a connection.",
            "Check HF_TOKEN, HF_ENDPOINT and the name; --to DIR writes the same files here.",
        ) from error
    return str(done.commit_url)


def _refuse_foreign(repo: str, there: set[str]) -> None:
    foreign = sorted(path for path in there - TOP if not OURS.fullmatch(path))
    if foreign:
        raise UserError(
            f"The repository {repo} holds files that are not of an earlier release: {', '.join(foreign[:5])}.",
            "A new repository, or one that `publish` filled.",
            "Give another with --to hf://datasets/ORG/NAME.",
        )
