r"""Templates: shell text with variables whose values are never pasted into it; and filters: which paths are meant.

    >>> copy = Template("cp ${FILEPATH} /backup/")
    >>> copy.variables
    ('FILEPATH',)
    >>> print(copy.bind(FILEPATH="/srv/it's; rm -rf x").script)
    unset FILEPATH; FILEPATH='/srv/it'\''s; rm -rf x'
    cp "${FILEPATH}" /backup/
    >>> Filter("+ */", "+ *.jar", "- *").selects("lib/a.jar")
    True
"""

from __future__ import annotations

import dataclasses
from typing import Any, Dict, Mapping, Optional, Tuple

from . import _sshsync
from .runner import Command, Host, Result, Runner, run


@dataclasses.dataclass(frozen=True)
class TemplateDiagnostic:
    """One remark about a template.

    Attributes:
        kind: `syntax`, `quoting`, `rewritten`, `unknown`, `second_parser`, `option_like` or `migration`.
        severity: `ERROR` where the template is refused; `WARNING`, `INFO`.
        offset, length: the place, in bytes of the text.
        message, remedy: what is the matter, and what to write instead.
        rendered: the line with a caret under the place.
    """

    kind: str
    severity: str
    offset: int
    length: int
    message: str
    remedy: str
    rendered: str


@dataclasses.dataclass(frozen=True)
class BoundCommand:
    """A template with its values: `script` is what `shell` reads as a whole, `display` the same for people, on one
    line, secrets masked.
    """

    script: str
    display: str
    shell: str

    def command(self, *, timeout: float = 300.0, writes: bool = True) -> Command:
        """As a command for a host."""
        return Command(self.script, timeout=timeout, writes=writes)


class Template:
    """A command line as the configuration has it: trusted text, with variables whose values are data. Immutable.

    Args:
        text: shell text; `${NAME}` where a value goes.
        shell: the program that runs it.
        variables: the names it may use, each `absolute_path`, `relative_path`, `name`, `number` or `secret`; those of
        the configuration
            (sshsync.conf(5)) unless given.
        original_quoting: undo one level of escapes first, for templates that were written for the original script.
        any_names: pass any value to programs that read it once more (`sh -c`, ssh, awk): the template quotes for
        itself.

    Raises:
        ConfigError: a variable stands where it cannot be made safe, or the text is no shell text; the message says what
        to write instead.
    """

    __slots__ = ("_given", "_parsed", "_arguments")

    def __init__(
        self,
        text: str,
        *,
        shell: str = "sh",
        variables: Optional[Mapping[str, str]] = None,
        original_quoting: bool = False,
        any_names: bool = False,
    ) -> None:
        self._given = text
        self._arguments: Dict[str, Any] = {
            "shell": shell,
            "variables": dict(variables) if variables is not None else None,
            "original_quoting": original_quoting,
            "any_names": any_names,
        }
        self._parsed = _sshsync.ParsedTemplate(text, **self._arguments)

    @staticmethod
    def check(
        text: str,
        *,
        shell: str = "sh",
        variables: Optional[Mapping[str, str]] = None,
        original_quoting: bool = False,
        any_names: bool = False,
    ) -> Tuple[TemplateDiagnostic, ...]:
        """Everything there is to say about a template, also about one that is refused.

        >>> Template.check("cat '${FILE}*'")[0].kind
        'quoting'
        """
        rows = _sshsync.check_template(
            text, shell, original_quoting, any_names, dict(variables) if variables is not None else None
        )
        return tuple(TemplateDiagnostic(*row) for row in rows)

    @property
    def text(self) -> str:
        """What the shell reads: quotes added, escapes undone."""
        return self._parsed.text

    @property
    def variables(self) -> Tuple[str, ...]:
        """The variables it names; only these are bound."""
        return self._parsed.variables

    @property
    def second_parser_variables(self) -> Tuple[str, ...]:
        """Those of them that another program reads once more: their values may hold letters, digits and `_./+,:@%=-`
        only.
        """
        return self._parsed.second_parser_variables

    def bind(self, **values: str) -> BoundCommand:
        """The command with these values.

        Raises:
            ProcessingError: a value that cannot be passed (`failure` is `unsafe_name`).
            InternalError: a variable of the template has no value.
        """
        return BoundCommand(*self._parsed.bind(values))

    def run(self, host: Host, *, runner: Optional[Runner] = None, timeout: float = 300.0, **values: str) -> Result:
        """Binds and runs it on a host; over ssh unless there is a `runner`. The host's shell is the template's.

        >>> Template("printf %s ${FILE}").run(Host("", local=True), FILE="a  b").out
        b'a  b'
        """
        return run(host, self.bind(**values).command(timeout=timeout), runner=runner)

    def __repr__(self) -> str:
        return f"Template({self._given!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Template) and (self._given, self._arguments) == (other._given, other._arguments)

    def __hash__(self) -> int:
        return hash(self._given)

    def __reduce__(self) -> Tuple[Any, ...]:
        return _template, (self._given, self._arguments)


def _template(text: str, arguments: Dict[str, Any]) -> Template:
    return Template(text, **arguments)


class Filter:
    """Lines `+ PATTERN` and `- PATTERN`, by the rules of rsync: the first that matches a path decides, and a path that
    none matches is selected. A folder that is left out hides everything in it. `{{REGEX}}` in a pattern stands for what
    that regular expression matches, in RE2's syntax. Immutable.

    Raises:
        ConfigError: a wrong line; the message names it, and the column in its pattern.
    """

    __slots__ = ("_lines", "_filter")

    def __init__(self, *lines: str) -> None:
        self._lines = lines
        self._filter = _sshsync.Filter(list(lines))

    @property
    def lines(self) -> Tuple[str, ...]:
        return self._lines

    def selects(self, path: str) -> bool:
        """Whether the file of that relative path is meant."""
        return self._filter.selects(path)

    def __repr__(self) -> str:
        return f"Filter({', '.join(map(repr, self._lines))})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Filter) and self._lines == other._lines

    def __hash__(self) -> int:
        return hash(self._lines)

    def __reduce__(self) -> Tuple[Any, ...]:
        return Filter, self._lines
