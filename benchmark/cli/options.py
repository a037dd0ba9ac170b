"""The options that run, plan and prepare share, made from the fields of `RunRequest`. An option that is not given is not passed on, so
that the suite's and the profile's own values hold, and only what was given marks the profile as overridden (`laptop*`)."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_origin

import typer

if TYPE_CHECKING:
    from benchmark.config.request import RunRequest

Plugins = Annotated[
    list[str] | None,
    typer.Option("--plugin", metavar="FILE_OR_MODULE", help="Load methods or tasks from this file or module. Repeatable."),
]
Results = Annotated[Path | None, typer.Option("--results", metavar="DIR", help="Where the records are. Default: results/runs.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and no other text.")]
OF_THE_REFERENCE = {  # what `compare` says of options that a reference answers
    "suite": "With --against: which suite of the reference. Default: the reference's own.",
    "profile": "With --against: which profile of the reference. Default: the reference's own.",
}
_commands: dict[Callable[..., None], tuple[Callable[..., None], bool]] = {}  # as typer sees it -> as written; whether a suite is required


def with_run_options(command: Callable[..., None]) -> Callable[..., None]:
    """Make a command of one `RunRequest`, and of options of its own, into one that takes the request's fields as options.

    Which options these are is said by `complete_run_options`, which imports pydantic: `--help` and `list` need neither.
    """
    return _with_options(command, lambda values: parsed_request(values), suite_required=True)


def with_options_of_a_run(command: Callable[..., None]) -> Callable[..., None]:
    """The same for a command that may do without a suite: it takes the options as given, by name, and makes the request itself."""
    return _with_options(command, lambda values: given_options(values), suite_required=False)


def _with_options(command: Callable[..., None], made: Callable[[dict[str, Any]], Any], *, suite_required: bool) -> Callable[..., None]:
    own = list(inspect.signature(command).parameters)[1:]

    @functools.wraps(command)
    def wrapper(**values: Any) -> None:
        mine = {name: values.pop(name) for name in own}
        command(made(values), **mine)

    wrapper.__annotations__ = {}
    wrapper.__signature__ = inspect.Signature()  # type: ignore[attr-defined]
    _commands[wrapper] = command, suite_required
    return wrapper


def complete_run_options() -> None:
    """Give the commands that run, plan or prepare their options."""
    from benchmark.config.request import RunRequest

    for wrapper, (command, suite_required) in _commands.items():
        own = list(inspect.signature(command, eval_str=True, locals={"RunRequest": RunRequest}).parameters.values())[1:]
        shared = [*_parameters(suite_required), *(parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in own)]
        wrapper.__signature__ = inspect.Signature(shared)  # type: ignore[attr-defined]


def _parameters(suite_required: bool) -> Iterator[inspect.Parameter]:
    from benchmark.config.request import RunRequest

    for name, field, option in RunRequest.options():
        said = option.help if suite_required else OF_THE_REFERENCE.get(name, option.help)
        shown = typer.Option(f"--{name.replace('_', '-')}", metavar=option.metavar or None, help=said)
        kind: Any = str | None
        default: Any = None
        if field.is_required() and suite_required:
            kind, default = str, inspect.Parameter.empty
        elif field.annotation is bool:
            kind, default = bool, False
        elif get_origin(field.annotation) is dict or field.default == ():  # one item each time that it is given
            kind = list[str] | None
        yield inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, shown])


def given_options(values: dict[str, Any]) -> dict[str, Any]:
    """Only what the user gave, by name of the option."""
    return {name: value for name, value in values.items() if value is not None and value is not False and value != []}


def parsed_request(values: dict[str, Any]) -> RunRequest:
    """The request of the options as typed, parsed and checked. Raises UserError."""
    from benchmark.config.request import RunRequest
    from benchmark.plugins.plugin_loading import load_plugins

    given = given_options(values)
    load_plugins(given.get("plugin", ()))  # a noise kind may be one of theirs
    return RunRequest.parse(**given)
