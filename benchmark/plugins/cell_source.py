"""The source of a method that was defined in a notebook cell or in a script, as the text of a plug-in file that stands alone.

A worker process does not see the notebook. So the class is written down with all that it uses of the notebook: functions, classes,
imports and plain constants, from whichever cells they come. What else the cells do is left out.
"""

from __future__ import annotations

import ast
import inspect
import linecache
import symtable
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, NamedTuple

from benchmark.errors import UserError
from benchmark.plugins.discovery import plugin_packages

MAIN = "__main__"
FUTURE = "from __future__ import annotations\n"
RUN_AT_ONCE = {"listcomp", "setcomp", "dictcomp", "genexpr"}  # scopes that run where they stand, unlike functions
Node = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


class Definition(NamedTuple):
    """A class or function of the main module.

    Args:
        text: its source, from the first decorator on.
        at_once: global names that have to be there when it is defined.
        later: global names that its functions read.
        annotations: global names that stand in annotations only.
    """

    text: str
    at_once: tuple[str, ...]
    later: tuple[str, ...]
    annotations: tuple[str, ...]


def self_contained(cls: type, name: str) -> str:
    """The text of a plug-in file that registers the class under `name` as the main module does. The text depends on what the class and
    the definitions that it uses say, and on nothing else of the notebook.

    Raises:
        UserError: a definition whose source cannot be found, or a global name whose value no file can hold (a data frame, say).
    """
    found = _Collection(name, vars(sys.modules[MAIN]))
    found.define(cls, registered=True)
    first = f'"""The method {name}, written down from a notebook or a script."""\n\n{FUTURE}'
    head = "\n".join([first, *_import_lines(found.imports)])
    constants = "\n".join(found.constants)
    definitions = [found.definitions[one].text for one in _ordered(found.definitions)]
    return "\n\n\n".join(part for part in (head, constants, *definitions) if part) + "\n"


def _import_lines(statements: list[str]) -> list[str]:
    """The imports in order, those from one module together."""
    whole = sorted(statement for statement in statements if statement.startswith("import "))
    taken: dict[str, list[str]] = {}
    for statement in sorted(set(statements) - set(whole)):
        module, _, name = statement.removeprefix("from ").partition(" import ")
        taken.setdefault(module, []).append(name)
    return [*whole, *(f"from {module} import {', '.join(names)}" for module, names in taken.items())]


@dataclass
class _Collection:
    """What the file is made of, while it is gathered.

    Args:
        method: for messages.
        namespace: the global names of the main module.
    """

    method: str
    namespace: Mapping[str, Any]
    imports: list[str] = field(default_factory=list)
    constants: list[str] = field(default_factory=list)
    definitions: dict[str, Definition] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)

    def define(self, value: type | FunctionType, registered: bool = False) -> None:
        """Add a class or function of the main module, and what it uses."""
        self.seen.add(value.__name__)
        node, lines = _found(value, self.method)
        self.definitions[value.__name__] = definition = _definition(node, lines, registered)
        for name in (*definition.at_once, *definition.later):
            self.resolve(name)
        for name in definition.annotations:
            self.resolve(name, optional=True)
        for name in _dotted(definition.text):
            self._submodule(name)

    def resolve(self, name: str, optional: bool = False) -> None:
        """Add what a global name stands for; a name that the main module does not have is a builtin, or an error of the method's own.

        Args:
            optional: leave the name out where no file can hold its value.

        Raises:
            UserError: a value that no file can hold.
        """
        if name in self.seen or name not in self.namespace:
            return
        value = self.namespace[name]
        own = inspect.unwrap(value) if callable(value) else value  # functools.cache and its like keep the function
        if isinstance(own, (type, FunctionType)) and own.__module__ == MAIN and own.__name__ == name:
            self.define(own)
            return
        self.seen.add(name)
        if (statement := _import_of(name, value)) is not None:
            self._refuse_unversioned(name, statement)
            self.imports.append(statement)
        elif (literal := _literal_of(value)) is not None:
            self.constants.append(f"{name} = {literal}")
        elif not optional:
            raise UserError(
                f"The method {self.method!r} uses {name!r} of the notebook, a {type(value).__name__}, which worker processes do not see.",
                "It may use functions, classes and imports of the notebook, and constants made of numbers, texts and containers of them.",
                f"Make {name!r} a parameter of the method, or compute it inside.",
            )

    def _refuse_unversioned(self, name: str, statement: str) -> None:
        """Refuse a module that stands beside the notebook: a worker does not find it, and no hash would cover its code."""
        top = statement.split()[1].partition(".")[0]
        file = getattr(sys.modules.get(top), "__file__", None)
        known = {"benchmark", "reports", *(package.name.partition(".")[0] for package in plugin_packages())}
        if file is None or top in known or top in sys.stdlib_module_names:
            return
        place = Path(file).resolve()
        if place.is_relative_to(Path.cwd()) and not {"site-packages", "dist-packages"} & set(place.parts):
            raise UserError(
                f"The method {self.method!r} uses {name!r} from {place.name}, which stands beside the notebook.",
                "A method of a notebook cell uses installed packages and what cells define.",
                f"Save the method as a file beside {place.name}, and give it with plugin=[FILE].",
            )

    def _submodule(self, dotted: str) -> None:
        """`import a.b` for a name `a.b` whose `a` was imported as itself: importing `a` alone need not load it."""
        top = dotted.partition(".")[0]
        if f"import {top}" in self.imports and f"import {dotted}" not in self.imports and isinstance(sys.modules.get(dotted), ModuleType):
            self.imports.append(f"import {dotted}")


def _definition(node: Node, lines: list[str], registered: bool) -> Definition:
    """Args: registered: leave the decorators that register a method; a class that another one uses is not registered by that one's file."""
    dropped = set() if registered else {n for d in node.decorator_list if _registers(d) for n in range(d.lineno, (d.end_lineno or 0) + 1)}
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    kept = [lines[n - 1] for n in range(first, (node.end_lineno or node.lineno) + 1) if n not in dropped]
    text = "".join(kept).rstrip()
    top = symtable.symtable(FUTURE + text, "cell", "exec")
    at_once, later = dict.fromkeys(_read(top, now=True)), dict.fromkeys(_read(top, now=False))
    annotations = dict.fromkeys(_in_annotations(ast.parse(text)))
    return Definition(text, tuple(at_once), tuple(later), tuple(annotations))


def _registers(decorator: ast.expr) -> bool:
    return isinstance(decorator, ast.Call) and ast.unparse(decorator.func).split(".")[-2:] == ["methods", "register"]


def _read(table: symtable.SymbolTable, now: bool, inside: bool = False) -> Iterator[str]:
    """The global names that a scope reads: `now` when its definition runs, else when its functions are called."""
    function = table.get_type() == "function" and table.get_name() not in RUN_AT_ONCE
    inside = inside or function
    if inside != now:
        for symbol in table.get_symbols():
            module_level = table.get_type() == "module"
            if symbol.is_referenced() and (symbol.is_global() or (module_level and not symbol.is_assigned())):
                yield symbol.get_name()
    for child in table.get_children():
        yield from _read(child, now, inside)


def _in_annotations(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        written = [getattr(node, "annotation", None), getattr(node, "returns", None)]
        for annotation in written:
            if isinstance(annotation, ast.expr):
                yield from (part.id for part in ast.walk(annotation) if isinstance(part, ast.Name))


def _dotted(text: str) -> Iterator[str]:
    """Every name with dots that the text reads: `scipy.stats` and `scipy.stats.norm` for `scipy.stats.norm.cdf(x)`."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Attribute):
            written = ast.unparse(node)
            if written.replace(".", "").isidentifier():
                yield written


def _ordered(definitions: Mapping[str, Definition]) -> list[str]:
    """The names in an order in which the definitions can run: what one needs stands before it, as far as no cycle of calls forbids it."""
    order: list[str] = []
    begun: set[str] = set()
    active: set[str] = set()

    def visit(name: str) -> None:
        """Put what `name` needs before it, then `name`."""
        begun.add(name)
        active.add(name)
        one = definitions[name]
        for needed in (*one.at_once, *one.later, *one.annotations):
            if needed in definitions and needed not in begun:
                if active & _needed_at_once(needed, definitions):
                    waiting.append(needed)
                else:
                    visit(needed)
        active.remove(name)
        order.append(name)

    waiting = [next(iter(definitions))]
    while waiting:
        if (name := waiting.pop(0)) not in begun:
            visit(name)
    return order


def _needed_at_once(name: str, definitions: Mapping[str, Definition]) -> set[str]:
    """What has to stand before a definition: what it names, and what functions read that it may call."""
    found: set[str] = set()
    asked = [*definitions[name].at_once]
    while asked:
        needed = asked.pop()
        if needed in definitions and needed not in found:
            found.add(needed)
            asked += (*definitions[needed].at_once, *definitions[needed].later)
    return found


def _import_of(name: str, value: Any) -> str | None:
    """The statement that imports the value under this name; None for one that no module has."""
    if isinstance(value, ModuleType):
        return f"import {name}" if value.__name__ == name else f"import {value.__name__} as {name}"
    import benchmark

    if name in benchmark.__all__ and getattr(benchmark, name) is value:
        return f"from benchmark import {name}"
    for module, attribute in _imported_as(name, value):
        if attribute and module in sys.modules and getattr(sys.modules[module], attribute, None) is value:
            return f"from {module} import {attribute}" + ("" if attribute == name else f" as {name}")
    return None


def _imported_as(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """Where a value may come from: as the cells import it, then as it says itself."""
    for tree, _ in _cells():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield from ((node.module, alias.name) for alias in node.names if (alias.asname or alias.name) == name)
    module = getattr(value, "__module__", None)
    if isinstance(module, str) and module != MAIN:
        yield from ((module, str(getattr(value, said, ""))) for said in ("__qualname__", "_name"))


def _literal_of(value: Any) -> str | None:
    """A plain value as source; None for any other."""
    try:
        text = _shown(value)
        return text if type(value) is type(found := ast.literal_eval(text)) and found == value else None
    except Exception:  # a repr that is no literal, or raises
        return None


def _shown(value: Any) -> str:
    """`repr`, with sets in the order of their items' texts: that of hashes is another one in every process, and so would be the file."""
    if type(value) is set and value:
        return f"{{{', '.join(sorted(map(_shown, value)))}}}"
    if type(value) is list:
        return f"[{', '.join(map(_shown, value))}]"
    if type(value) is tuple:
        return f"({', '.join(map(_shown, value))}{',' * (len(value) == 1)})"
    if type(value) is dict:
        return f"{{{', '.join(f'{_shown(key)}: {_shown(item)}' for key, item in value.items())}}}"
    return repr(value)


def _found(value: type | FunctionType, method: str) -> tuple[Node, list[str]]:
    """The definition of a class or function at the top level of a cell, and the lines of that cell."""
    place, line = _place(value)
    found: dict[str, tuple[Node, list[str]]] = {}
    for tree, lines in _cells(place):
        for node in tree.body:
            if isinstance(node, Node) and node.name == value.__name__:
                first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
                if line is None or first <= line <= (node.end_lineno or first):
                    found[ast.dump(node)] = (node, lines)
    if len(found) != 1:
        why = "has no source here" if not found else "is defined in several ways in this session"
        raise UserError(
            f"The method {method!r} uses {value.__qualname__!r}, which {why}.",
            "A class or function at the top level of a notebook cell or of a script.",
            "Run its cell again after a restart, or save the method as a file and give it with plugin=[FILE].",
        )
    return next(iter(found.values()))


def _place(value: type | FunctionType) -> tuple[str | None, int | None]:
    """The file name and a line of a definition, as its code objects give them; None where there is none: a class without functions."""
    if isinstance(value, FunctionType):
        code = inspect.unwrap(value).__code__
        return code.co_filename, code.co_firstlineno
    for member in vars(value).values():
        held = next((kept for name in ("__func__", "fget", "func") if (kept := getattr(member, name, None)) is not None), member)
        function = inspect.unwrap(held) if callable(held) else held
        own = isinstance(function, FunctionType) and function.__qualname__.startswith(f"{value.__qualname__}.")
        if own and linecache.getlines(function.__code__.co_filename):  # what a dataclass generates has no source
            return function.__code__.co_filename, function.__code__.co_firstlineno
    return None, None


def _cells(place: str | None = None) -> Iterator[tuple[ast.Module, list[str]]]:
    """The syntax tree and the lines of each cell of this session, or of the script that runs."""
    script = getattr(sys.modules[MAIN], "__file__", None)
    places = [place] if place else [script] if script else [name for name in list(linecache.cache) if not Path(name).exists()]
    for name in places:
        lines = linecache.getlines(name)
        try:
            yield ast.parse("".join(lines)), lines
        except (SyntaxError, ValueError):
            continue
