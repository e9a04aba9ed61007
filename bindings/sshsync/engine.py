"""The engine: runs by a configuration."""

from __future__ import annotations

import inspect
import json
import logging
import os
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from typing import Any, Concatenate, Dict, Generic, List, Optional, ParamSpec, Tuple, TypeVar, Union

from . import _sshsync
from ._sshsync import Event
from .config import Config, StrPath
from .report import Check, ProbeReport, RecordedRun, Report, RepositoryProbe, Status
from .runner import Runner

__all__ = ["Engine", "Event", "Stream"]

Step = Union[str, Iterable[str]]
Seconds = Union[float, Any]
_Outcome = TypeVar("_Outcome")
_Parameters = ParamSpec("_Parameters")

_LOGGER = logging.getLogger("sshsync")
_LOGGER.addHandler(logging.NullHandler())
_BY_CALLER = -1
_SIGINT = 2
_NEVER = 1000  # above every level


def _seconds(value: Any) -> float:
    return float(value.total_seconds()) if hasattr(value, "total_seconds") else float(value)


def _steps(steps: Iterable[Step]) -> List[List[str]]:
    """Each step a list of names; a text may name several, with commas, as on the command line."""
    return [step.split(",") if isinstance(step, str) else list(step) for step in steps]


def _with_parameters_of(
    verb: Callable[Concatenate[Any, _Parameters], object],
) -> Callable[[Callable[..., _Outcome]], Callable[Concatenate[Any, _Parameters], _Outcome]]:
    """For a function whose arguments are those of `verb`: it takes what that takes, also for editors and type checkers.
    """

    def dressed(function: Callable[..., _Outcome]) -> Callable[Concatenate[Any, _Parameters], _Outcome]:
        own = inspect.signature(function).return_annotation
        function.__signature__ = inspect.signature(verb).replace(return_annotation=own)  # type: ignore[attr-defined]
        return function

    return dressed


class Stream(Generic[_Outcome]):
    """A run under way, as an iterator over its events, for `for` and for `async for`.

    Leaving the block, or the end of the object, stops a run that is still going on, in order. A loop that does not take
    events holds the run up after some thousands of them.

        with engine.stream("appnode1") as stream:
            for event in stream:
                print(event)
        print(stream.report.summary())
    """

    def __init__(self, start: Callable[[], Any], finish: Callable[[Any], _Outcome], events: bool,
                 on_event: Optional[Callable[[Event], object]]) -> None:
        self._run = start()
        self._finish = finish
        self._events = events
        self._on_event = on_event
        self._batch: Iterator[Event] = iter(())

    def _next_batch(self) -> Optional[List[Event]]:
        """The next events, logged and handed to the callback; None at the end.

        What is raised here stops the run in order first.
        """
        level = _LOGGER.getEffectiveLevel() if _LOGGER.isEnabledFor(logging.CRITICAL) else _NEVER
        try:
            wanted = self._events or self._on_event is not None
            batch: Optional[List[Event]] = self._run.next_events(wanted, level)
            for event in batch or ():
                number = event.level
                if number >= level and event.kind != "file_progress" and _LOGGER.isEnabledFor(number):
                    _LOGGER.log(number, "%s", event.sentence, extra={"event": event})
                if self._on_event is not None:
                    self._on_event(event)
            return batch
        except BaseException as error:
            self._end(_SIGINT if isinstance(error, KeyboardInterrupt) else _BY_CALLER)
            raise

    def _end(self, reason: int) -> None:
        """Stops the run and waits for its end. A second Ctrl-C changes nothing: the first is being obeyed."""
        self._run.stop(reason)
        while True:
            try:
                while self._run.next_events(False, _NEVER) is not None:
                    pass
                return
            except (KeyboardInterrupt, SystemExit):
                continue

    def stop(self) -> None:
        """Asks the run to end in order. Does not wait; events go on until the end."""
        self._run.stop(_BY_CALLER)

    def close(self) -> None:
        """Stops the run where it is still going on, and waits for its end."""
        self._end(_BY_CALLER)

    def wait(self) -> _Outcome:
        """Takes the remaining events, and returns what the run came to."""
        for _ in self:
            pass
        return self.report

    @property
    def report(self) -> _Outcome:
        """What the run came to. Raises what kept it from beginning.

        Raises:
            RuntimeError: the run is still going on.
        """
        if not self._run.ended:
            raise RuntimeError("the run is still going on")
        return self._finish(self._run)

    def __iter__(self) -> Iterator[Event]:
        return self

    def __next__(self) -> Event:
        while True:
            for event in self._batch:
                return event
            batch = self._next_batch()
            if batch is None:
                self._finish(self._run)
                raise StopIteration
            self._batch = iter(batch)

    def __aiter__(self) -> AsyncIterator[Event]:
        return self._async_events()

    async def _async_events(self) -> AsyncIterator[Event]:
        while True:
            batch = await _in_thread(self._next_batch, self.stop)
            if batch is None:
                self._finish(self._run)
                return
            for event in batch:
                yield event

    def __enter__(self) -> Stream[_Outcome]:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> Stream[_Outcome]:
        return self

    async def __aexit__(self, *_: object) -> None:
        await _in_thread(self.close, self.stop)


async def _in_thread(work: Callable[[], _Outcome], stop: Callable[[], None]) -> _Outcome:
    """Calls `work` in a thread of its own. A task that is cancelled stops what goes on, and waits for its end."""
    import asyncio

    loop = asyncio.get_running_loop()
    future: asyncio.Future[_Outcome] = loop.create_future()

    def settle(outcome: Optional[_Outcome], error: Optional[BaseException]) -> None:
        if future.cancelled():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(outcome)  # type: ignore[arg-type]

    def call() -> None:
        outcome: Optional[_Outcome] = None
        failure: Optional[BaseException] = None
        try:
            outcome = work()
        except StopIteration as error:  # which no future takes
            failure = RuntimeError(repr(error))
        except BaseException as error:
            failure = error
        try:
            loop.call_soon_threadsafe(settle, outcome, failure)
        except RuntimeError:
            pass  # the loop is closed: nobody waits

    threading.Thread(target=call, name="sshsync", daemon=True).start()
    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        stop()
        while not future.done():
            try:
                await asyncio.wait([future])
            except asyncio.CancelledError:
                continue
        if not future.cancelled():
            future.exception()
        raise


class Engine:
    """Carries a configuration out. An engine has no state but what it was made with: any number of threads may use one.

    Args:
        config: a `Config`, or the file to load.
        state_dir, pid_file: where runs are recorded, and the lock; those of the configuration, or of the account,
        unless given.
        jobs: how many children are worked on at once.
        on_event: called with each `Event`, in the thread that called the verb. What it raises stops the run in order,
        and is raised there.
        runner: what carries commands out on hosts, in place of ssh.
        lock_wait: how long to wait for another run's lock, in seconds or as a timedelta.

    Every verb raises what keeps it from beginning: `UsageError`, `ConfigError`, `MissingSectionError`, `LockedError`.
    What happens to single hosts and files is in the report (`Report.raise_for_errors`). Ctrl-C ends a run in order,
    within seconds, and then raises KeyboardInterrupt.

        engine = sshsync.Engine("/etc/sshsync/sshsync.conf")
        report = engine.sync("repoproxy", ["appnode1", "appnode2"])       # one argument a step
    """

    def __init__(
        self,
        config: Union[Config, StrPath],
        *,
        state_dir: Optional[StrPath] = None,
        pid_file: Optional[StrPath] = None,
        jobs: int = 0,
        on_event: Optional[Callable[[Event], object]] = None,
        runner: Optional[Runner] = None,
        lock_wait: Seconds = 0.0,
    ) -> None:
        self._config = config if isinstance(config, Config) else Config.load(config)
        self._config.require_valid()
        self._state_dir = os.path.abspath(os.fspath(state_dir)) if state_dir is not None else ""
        self._pid_file = os.path.abspath(os.fspath(pid_file)) if pid_file is not None else ""
        self._jobs = jobs
        self._on_event = on_event
        self._runner = runner
        self._lock_wait = _seconds(lock_wait)

    @property
    def config(self) -> Config:
        return self._config

    def __repr__(self) -> str:
        return f"<Engine by {self._config.file}>"

    def _options(self, verb: str, options: Dict[str, Any]) -> Dict[str, Any]:
        result: Dict[str, Any] = {
            "verb": verb, "jobs": self._jobs, "lock_wait": self._lock_wait,
            "state_dir": self._state_dir, "pid_file": self._pid_file,
        }
        include, exclude = options.pop("include", ()), options.pop("exclude", ())
        lines = [f"+ {pattern}" for pattern in include] + [f"- {pattern}" for pattern in exclude]
        if lines:
            result["filter"] = lines
        for key in ("timeout", "wait", "lock_wait"):
            if options.get(key) is not None:
                options[key] = _seconds(options[key])
        if options.get("max_delete") is not None:
            options["max_delete"] = str(options["max_delete"])
        result.update({key: value for key, value in options.items() if value is not None})
        return result

    def _queue(self, steps: Iterable[Step], cascade: Step, exclude: Step) -> List[List[str]]:
        def flat(names: Step) -> List[str]:
            return [name for step in _steps([names]) for name in step] if names else []

        queue, warnings = self._config._loaded.queue(_steps(steps), flat(cascade), flat(exclude))
        for warning in warnings:
            _LOGGER.warning("%s", warning)
        return queue

    def _start(self, options: Dict[str, Any], events: bool) -> Stream[Report]:
        return Stream(
            lambda: _sshsync.start_sync(self._config._loaded, options, self._runner),
            lambda run: Report.from_json(run.report_json()), events, self._on_event,
        )

    def _begin(self, given: Dict[str, Any], events: bool) -> Stream[Report]:
        """Starts what the arguments of `sync`, by their names, ask for."""
        own = ("self", "steps", "cascade", "exclude_repo", "dry_run")
        verb = "plan" if given["dry_run"] else "sync"
        options = self._options(verb, {key: value for key, value in given.items() if key not in own})
        options["queue"] = self._queue(given["steps"], given["cascade"], given["exclude_repo"])
        return self._start(options, events)

    def sync(
        self,
        *steps: Step,
        dry_run: bool = False,
        cascade: Step = (),
        exclude_repo: Step = (),
        delete: bool = False,
        max_delete: Union[int, str, None] = None,
        include: Iterable[str] = (),
        exclude: Iterable[str] = (),
        timeout: Optional[Seconds] = None,
        wait: Optional[Seconds] = None,
        retries: Optional[int] = None,
        bwlimit: Optional[str] = None,
        jobs: Optional[int] = None,
        fail_fast: bool = False,
        itemize: bool = False,
        stop_at: Optional[str] = None,
        lock_wait: Optional[Seconds] = None,
    ) -> Report:
        """Synchronizes repositories with their parents, step by step.

        Args:
            steps: in order; each a name, or several that are done in parallel. `@group`, `node[1-20]` and names with
            commas expand.
            dry_run: say what would be done, and change nothing.
            cascade: each of these and all its descendants, level by level, behind the steps.
            exclude_repo: taken out of all the others.
            delete: delete what parents do not have; max_delete: refuse above that number, or `"5%"`.
            include, exclude: patterns that stand before those of the configuration.
            timeout, wait, retries: limits, in place of the configuration's; seconds or timedelta.
            bwlimit: bytes per second of each hop: `"2M"`, a timetable as in `"08:00,512k 19:00,off"`, or `"off"`.
            jobs: children worked on at once.
            fail_fast: stop at the first failure, for canaries.
            itemize: report files that were equal one by one, too.
            stop_at: `HH:MM`, when the run ends at the latest; it can be resumed.
            lock_wait: how long to wait for another run.

        Raises:
            MissingSectionError, ConfigError, UsageError: the steps make no sense with this configuration.
            LockedError: another run is at it.
        """
        return _end_of(self._begin(locals(), False))

    @_with_parameters_of(sync)
    def stream(self, *steps: Step, **options: Any) -> Stream[Report]:
        """Starts what `sync` does, and gives its events one by one; the arguments are those of `sync`."""
        given = inspect.signature(Engine.sync).bind(self, *steps, **options)
        given.apply_defaults()
        return self._begin(given.arguments, True)

    def plan(
        self,
        *steps: Step,
        cascade: Step = (),
        exclude_repo: Step = (),
        delete: bool = False,
        max_delete: Union[int, str, None] = None,
        include: Iterable[str] = (),
        exclude: Iterable[str] = (),
        itemize: bool = False,
    ) -> Report:
        """What `sync` would do, and why; nothing is changed. Each file's `message` says in what it differs."""
        return self.sync(*steps, dry_run=True, cascade=cascade, exclude_repo=exclude_repo, delete=delete,
                         max_delete=max_delete, include=include,
                         exclude=exclude, itemize=itemize)

    def verify(self, *names: str, itemize: bool = False) -> Report:
        """Compares repositories with their parents by digest and changes nothing.

        Where they differ the report's exit code is 10, and its files say how.
        """
        options = self._options("verify", dict(itemize=itemize))
        options["queue"] = self._queue([names], (), ())
        return _end_of(self._start(options, False))

    def resume(self, run: str = "", *, lock_wait: Optional[Seconds] = None) -> Optional[Report]:
        """Continues the last run that is unfinished, or the one of that id, with its queue and options and today's
        configuration.

        Returns:
            The report; None where there is nothing to continue.

        Raises:
            UsageError: there is no record, or no such run in it.
        """
        options = self._options("sync", dict(lock_wait=lock_wait))
        started = _sshsync.start_resume(self._config._loaded, run, options, self._runner)
        if started is None:
            return None
        return _end_of(Stream(lambda: started, lambda one: Report.from_json(one.report_json()), False, self._on_event))

    def restore(
        self,
        run: str,
        repository: str,
        *,
        timeout: Optional[Seconds] = None,
        wait: Optional[Seconds] = None,
        retries: Optional[int] = None,
        lock_wait: Optional[Seconds] = None,
    ) -> Report:
        """Brings back what a run replaced and deleted in a repository that keeps its `trash`. The trash stays as it is,
        and so does what the run added. The next synchronization brings the parent's files again: mend the parent first,
        or leave the repository out.

        Args:
            run: the run that did it, or the beginning of its id: `report.run`, or one of `runs()`.
            repository: the one that is to have its files back.
            timeout, wait, retries, lock_wait: as for `sync`.

        Returns:
            A report with the outcome `restored` and a file for each that came back. A run whose trash is gone is a
            failure in it.

        Raises:
            MissingSectionError, ConfigError, UsageError, LockedError: as for `sync`.
        """
        options = self._options("restore", dict(timeout=timeout, wait=wait, retries=retries, lock_wait=lock_wait))
        options["restores"] = run
        options["queue"] = self._queue([[repository]], (), ())
        return _end_of(self._start(options, False))

    def probe(self, *names: str) -> ProbeReport:
        """Connects to repositories (all, unless some are named) and tries every command there; nothing is changed."""
        asked = list(names) or list(self._config)

        def finish(run: Any) -> ProbeReport:
            return ProbeReport(tuple(_probe(row) for row in run.probes()))

        def start() -> Any:
            return _sshsync.start_probe(self._config._loaded, asked, self._runner)

        return _end_of(Stream(start, finish, False, self._on_event))

    def status(self, *names: str, max_age: Optional[Seconds] = None) -> Status:
        """How repositories (all, unless some are named) stand, by the record of the runs: when each last equalled its
        parent, what lags and why. No host is contacted. What last was equal longer than `max_age` ago is overdue."""
        age = None if max_age is None else _seconds(max_age)
        return Status._of(_sshsync.status_json(self._config._loaded, list(names), self._state_dir, age))

    def runs(self, limit: int = 20) -> Tuple[RecordedRun, ...]:
        """The recorded runs, the newest first; 0 for all of them. Their repositories come without files."""
        values = json.loads(_sshsync.runs_json(self._config._loaded, self._state_dir, limit))
        return tuple(RecordedRun._of(one, json.dumps(one, indent=2) + "\n") for one in values["runs"])

    def run(self, run: str) -> RecordedRun:
        """One recorded run, with its files; the beginning of an id is enough.

        Raises:
            UsageError: no run, or more than one, is known by that.
        """
        text = _sshsync.run_json(self._config._loaded, self._state_dir, run)
        return RecordedRun._of(json.loads(text), text)

    def report_page(self, run: str = "") -> str:
        """A run as one HTML page that is whole in itself, as `sshsync report --html` writes it: for a mail, a wiki, a
        file. The last run unless one is named; the beginning of an id is enough.

        Raises:
            UsageError: there is no run, or more than one is known by that.
        """
        return _sshsync.run_page(self._config._loaded, self._state_dir, run)

    @_with_parameters_of(sync)
    async def sync_async(self, *steps: Step, **options: Any) -> Report:
        """`sync` for asyncio: a task that is cancelled ends the run in order. The callback runs in another thread."""
        return await self._async(lambda: self.stream(*steps, **options))

    @_with_parameters_of(plan)
    async def plan_async(self, *steps: Step, **options: Any) -> Report:
        """`plan` for asyncio."""
        return await self._async(lambda: self.stream(*steps, dry_run=True, **options))

    async def verify_async(self, *names: str, itemize: bool = False) -> Report:
        """`verify` for asyncio."""
        options = self._options("verify", dict(itemize=itemize))
        options["queue"] = self._queue([names], (), ())
        return await self._async(lambda: self._start(options, False))

    async def _async(self, start: Callable[[], Stream[Report]]) -> Report:
        stream = start()
        stream._events = False
        return await _in_thread(lambda: _end_of(stream), stream.stop)


def _end_of(stream: Stream[_Outcome]) -> _Outcome:
    while stream._next_batch() is not None:
        pass
    return stream.report


def _probe(row: Tuple[Any, ...]) -> RepositoryProbe:
    from datetime import timedelta

    name, host, system, root, free, round_trip, checks = row
    return RepositoryProbe(name, host, system, root, None if free < 0 else free, timedelta(seconds=round_trip),
                           tuple(Check(*check) for check in checks))
