"""The arithmetic to ten million people and a million hubs, from what the last run of all benches measured."""

import math
import re
from dataclasses import dataclass

from mago.documentation.source import FOLDER

from .tables import table

MEASURED = "performance.md"
PEOPLE, HUBS = 10_000_000, 1_000_000
# An insert and its commit on PostgreSQL, in ms: a floor, and none of ours to change.
COMMIT = 0.34
# A heartbeat into the database, by a worker and PostgreSQL, in ms: `hubs.life.services.flush`, 500 at a time.
WRITE_DOWN = 0.5
USE = 0.6  # of a core, at the peak
THREADS = 24  # of a web process: mago/server.py
EVENT_KB = 1
EVENTS_A_MONTH = 20  # of somebody active
HUB_CORES = 40  # that take hubs in when all come back

_ROW = re.compile(r"^\| \S* ?\| (?P<what>[^|]+) \| [^|]+ \| (?P<sqlite>[^|]*) \| (?P<postgresql>[^|]*) \|$", re.MULTILINE)  # fmt: skip
_VALUE = re.compile(r"[\d.,]+")
_CPU = re.compile(r"([\d.,]+) ms")


class NotMeasured(LookupError):
    """The last run has no such row."""


@dataclass(frozen=True)
class Constants:
    """Milliseconds of CPU of one core, with what PostgreSQL takes of it."""

    hash: float
    sign_in: float
    request: float
    refresh: float
    hub_sign_in: float
    reconnect: float
    heartbeat: float
    mail: float
    event: float


def constants() -> Constants:
    """Of the last run on PostgreSQL; NotMeasured where a row is missing."""
    cells = last_run((FOLDER / MEASURED).read_text("utf-8"))

    def found(what: str, form: re.Pattern[str]) -> float:
        try:
            (said,) = [form.search(cell) for name, cell in cells.items() if name == what]
            assert said is not None
        except (ValueError, AssertionError):
            raise NotMeasured(
                f"docs/{MEASURED} does not say of PostgreSQL: {what!r}. bin/bench all --write does."
            ) from None
        return float(said[said.lastindex or 0].replace(",", ""))

    return Constants(
        hash=found("one password hash, in ms", _VALUE),
        sign_in=found("sign-in − hash : empty POST", _CPU),
        request=found("who am I, by token : empty GET of the API", _CPU),
        refresh=found("refresh, with an ID token : the peer’s", _CPU),
        hub_sign_in=found("sign-in, with its token : two empty POSTs", _CPU),
        reconnect=found("reconnect : two empty POSTs", _CPU),
        heartbeat=found("a heartbeat, by token : empty POST of the API", _CPU),
        mail=1000 / found("mails a second and core", _VALUE),
        event=found("one audit event of 1 in a transaction : an empty page", _CPU),
    )


def last_run(page: str) -> dict[str, str]:
    """What → its cell of PostgreSQL, as `bin/bench all --write` puts them between its marks."""
    _, _, rest = page.partition("<!-- the last run: begin -->")
    run, _, _ = rest.partition("<!-- the last run: end -->")
    return {row["what"]: row["postgresql"] for row in _ROW.finditer(run)}


def text() -> str:
    cost = constants()
    sign_ins, refreshes = PEOPLE * 0.04 / 3600, PEOPLE * 0.15 / 900
    requests, heartbeats = PEOPLE * 0.15 / 30, HUBS / 60
    reconnects, mails = HUBS * 2 / 86_400, sign_ins / 3
    password = cost.hash + cost.sign_in
    parts = [
        ("passwords", sign_ins, password),
        ("refreshes", refreshes, cost.refresh),
        ("API", requests, cost.request),
        ("heartbeats", heartbeats, cost.heartbeat),
        ("heartbeats, written down", heartbeats, WRITE_DOWN),
        ("reconnects", reconnects, cost.reconnect),
        ("mails", mails, cost.mail),
    ]
    busy = sum(rate * ms / 1000 for _part, rate, ms in parts)
    cores = math.ceil(busy / USE / 10) * 10
    commits = sign_ins * 4 + refreshes * 3 + reconnects
    events = sign_ins * 2 + refreshes
    rows = PEOPLE * EVENTS_A_MONTH * 12
    return PAGE.format(
        constants=table(
            ["what", "cost"],
            [
                ("password sign-in", f"{ms(cost.hash)} for the hash + {ms(cost.sign_in)} around it"),
                ("request with a token", ms(cost.request)),
                ("refresh of a token", ms(cost.refresh)),
                ("hub: sign-in", f"{ms(cost.hub_sign_in)} ({number(1000 / cost.hub_sign_in)} a core and second)"),
                ("hub: reconnect; heartbeat", f"{ms(cost.reconnect)}; {ms(cost.heartbeat)}"),
                ("a heartbeat, written down", f"{ms(WRITE_DOWN)} of a worker and PostgreSQL (a loop, 500 at a time)"),
                ("mail", f"{ms(cost.mail)} ({number(1000 / cost.mail)} a core and second)"),
                ("audit event", f"{ms(cost.event)}, {EVENT_KB} kB on disk"),
                ("commit on PostgreSQL", f"{ms(COMMIT)} (a loop of inserts)"),
            ],
        ),
        loads=table(
            ["load", "assumed", "rate at the peak hour"],
            [
                ("sign-ins with a password", "4 % of people in the busiest hour", f"10⁷ × 0.04 / 3600 = {number(sign_ins)}/s"),
                ("refreshes", "15 % of people active, one in 15 minutes", f"10⁷ × 0.15 / 900 = {number(refreshes)}/s"),
                ("API requests", "15 % active, one in 30 s", f"10⁷ × 0.15 / 30 = {number(requests)}/s"),
                ("heartbeats", "each hub once in 60 s", f"10⁶ / 60 = {number(heartbeats)}/s"),
                ("reconnects", "each hub twice a day", f"10⁶ × 2 / 86,400 = {number(reconnects)}/s; after an outage all of them"),
                ("mails and codes", "a third of sign-ins", f"{number(sign_ins)} / 3 = {number(mails)}/s"),
            ],
        ),
        cores=table(
            ["part", "arithmetic", "cores"],
            [
                *(
                    (part, f"{number(rate)}/s × {ms(each)}", number(rate * each / 1000))
                    for part, rate, each in parts
                ),
                (f"together, at {USE:.0%} use", f"{number(busy)} / {USE}", f"**{number(cores)} cores**"),
            ],
        ),
        tables=table(
            ["table", "rows", "size"],
            [
                ("people", "10⁷", "11 GB with indexes, of which 0.7 GB find parts of names"),
                ("sessions and token families", "3 × 10⁷", "15 GB"),
                ("hubs, credentials, tokens", "5 × 10⁶", "4 GB"),
                ("audit trail, one year", f"10⁷ × {EVENTS_A_MONTH} × 12 = {rows / 1e9:.1f} × 10⁹", f"{rows * EVENT_KB / 1e9:.1f} TB"),
            ],
        ),
        a_core=number(1000 / cost.hub_sign_in),
        hub_cores=HUB_CORES,
        back=number(HUBS * cost.hub_sign_in / 1000 / HUB_CORES),
        sign_ins=number(sign_ins), refreshes=number(refreshes), reconnects=number(reconnects),
        commits=number(commits), events=number(events), commit=ms(COMMIT),
        commit_cores=number(commits * COMMIT / 1000),
        heartbeats=number(heartbeats), write_down=ms(WRITE_DOWN),
        writers=math.ceil(heartbeats * WRITE_DOWN / 1000 / USE),
        web=number(cores), threads=THREADS, connections=number(cores * THREADS),
    )  # fmt: skip


def ms(value: float) -> str:
    """
    >>> ms(0.887), ms(14.6), ms(1.3149)
    ('0.89 ms', '15 ms', '1.3 ms')
    """
    return f"{value:.2g} ms"


def number(value: float) -> str:
    """
    >>> number(1666.7), number(40.4), number(0.05), number(6.51)
    ('1,667', '40', '0.05', '6.5')
    """
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


PAGE = """# Scaling: the arithmetic to ten million people and a million hubs
Mago is one program in several processes without state of their own; everything that must be right lies in PostgreSQL. So growing is: more web processes until PostgreSQL is full, then a larger PostgreSQL, then its parts apart. This page says when. It is made by `manage.py document` from the table of the last run in [performance](performance.md); put your own run there (`bin/bench all --write docs/performance.md`), and the page is yours.

## Constants
CPU of one core of the machine that stands above that table, on PostgreSQL, whose own share is in it (but for hubs, where it is the web process's alone).

{constants}
## What ten million people and a million hubs do
{loads}
## Cores
{cores}
After an outage a million hubs come back: at {a_core} sign-ins a second and core, {hub_cores} of those cores have 10⁶ / ({hub_cores} × {a_core}) = {back} s of work; `MAGO_HUB_SIGN_INS_PER_SECOND` spreads it over minutes, so that people still get in.

## PostgreSQL
Writes a second at the peak: {sign_ins} sign-ins × 4 + {refreshes} refreshes × 3 + {reconnects} reconnects = {commits}, and {sign_ins} × 2 + {refreshes} = {events} audit events in the same commits. Heartbeats are gathered in Redis and written every 10 s, 500 at a time: in 16 parts, each of which one worker at a time takes down, so that {writers} workers of the queue `default` keep up with a million hubs ({heartbeats}/s × {write_down}). Where they do not, hubs seem to be away that are there: watch *Waiting for a worker*. At {commit} a commit that is {commit_cores} cores of commits; with reads (tokens are remembered in processes for a second) 16 cores and 128 GB hold the tables that are used. Connections: {web} cores × {threads} threads = {connections}, through PgBouncer in transaction mode to 200.

{tables}
The audit trail is what grows: set `MAGO_AUDIT_RETENTION_DAYS` (removal is signed for and keeps the chain), archive to files, stream to a SIEM.

## The steps
| at | do |
|---|---|
| more than one core, or a host that may fail | PostgreSQL, Redis, `Procfile` or `deploy/` |
| 200 connections | PgBouncer |
| mails wait for exports | workers by queue: `messages`, `default`, `exports` (`deploy/kubernetes/workers.yaml`) |
| 50,000 hubs | a host of its own for Redis: each heartbeat is one `HSET` |
| PostgreSQL at 60 % of its cores | a larger one, and a standby for the day on which it fails |
| audit above 1 TB | shorter retention, archives |

**No sticky sessions, no leader, no state in a process**: any process answers any request, on any host. What processes remember (tokens, for a second) is dropped at once where the change was made and within that second elsewhere.

Not proved by measurement: everything above one machine's two cores. The rates are arithmetic, the constants are measured.
"""
