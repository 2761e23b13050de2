"""Everything that can be wrong with a drill file is told with file, line, key and what would be right."""

from collections.abc import Callable

import pytest

from lab.drillfile import Drill, DrillError
from lab.drillfile.source import MOST_BYTES

Parse = Callable[[str], Drill]


ABORT = "abort-if:                                  # watched from the first second to the last"
KEPT = '  - {name: x, metric: scrape_success_ratio, is: "> 9 %"'
"""One more condition under ``expect``, whose mapping is left open."""
SHOP = "http://127.0.0.1:8080/health"

WRONG = [
    # (in the good file, instead, what is said)
    ("title: A", "titel: A", "2: titel: unknown key; did you mean `title`?"),
    ("seed: 7", "seed: 7\nseed: 8", "8: seed: duplicate key; it stands in line 7 already"),
    ("seed: 7", "seed: many", "7: seed: must be a whole number"),
    ("seed: 7", "seed: -7", "7: seed: must be a whole number"),
    ("seed: 7", "on: 7", "(editors with YAML 1.1 read it as true or false)"),
    ("version: 1", "version: 2", "1: version: this lab reads version 1"),
    ("version: 1\n", "", "key is missing: `version`"),
    (
        "rate: 100 /s",
        "rate: 1000000 /s",
        "8: load.rate: `1000000 /s` is out of range; the load takes 0.1 to 5000 /s",
    ),
    ("rate: 100 /s", "rate: 100", "8: load.rate: `100` has no unit; valid: /s, /min"),
    ("rate: 100 /s", "rate: 100 rps", "unknown unit `rps`"),
    ("rate: 100 /s", "rate: 0 /s", "must be more than 0"),
    ("rate: 100 /s", "rate: .nan", "8: load.rate: `.nan` is no finite number"),
    ("rate: 100 /s", "rate: 100 /s, slo: 9 s", "slo (9 s) can't be longer than give-up (5 s)"),
    ("arrivals: poisson", "arrivals: even", "unknown kind of arrivals `even`; valid: poisson"),
    ("target: edge", "target: edgy", "unknown service `edgy`; did you mean `edge`?"),
    ("headroom: 1.5", "headroom: .inf", "9: bridge.headroom: `.inf` is no finite number"),
    ("headroom: 1.5", "headroom: 150 %", "must be a number above 0"),
    ("headroom: 1.5", "headroom: 0", "must be a number above 0"),
    ("storefront: {policy", "shop: {policy", "11: configuration.shop: unknown service `shop`"),
    ("storefront: {policy", "bridge: {policy", "the bridge has no settings here"),
    (
        "timeout: 1 s",
        "timout: 1 s",
        "11: configuration.storefront.timout: unknown key; did you mean `timeout`?",
    ),
    ("timeout: 1 s", "timeout: true", "is not a duration"),
    ("connections: new", "connections: old", "unknown connections `old`"),
    ("immediate(retries=3)", "immediatly", "configuration.storefront.policy: unknown policy 'immediatly'"),
    ("aftermath: 15 s", "aftermath: -15 s", "phases.aftermath: `-15 s`: a duration can't be negative"),
    (
        "aftermath: 15 s",
        "aftermat: 15 s",
        "17: phases.aftermat: unknown phase; did you mean `aftermath`? A name of your own",
    ),
    (
        "baseline: 10 s, trigger: 10 s",
        "trigger: 10 s, baseline: 10 s",
        "17: phases: the baseline comes first",
    ),
    ("baseline: 10 s, ", "", "17: phases: key is missing: `baseline`"),
    ("trigger: 10 s, ", "", "method[1].during: unknown phase of this drill `trigger`"),
    ("during: trigger,    fault", "during: baseline,   fault", "nothing is changed in the baseline"),
    ("during: trigger,    fault", "fault", "one of `during`, `from`"),
    (
        "during: trigger,    fault",
        "during: trigger, from: trigger, fault",
        "`during` and `from` exclude each other",
    ),
    (
        "fault: latency",
        "fault: latncy",
        "19: method[1].fault: unknown fault `latncy`; did you mean `latency`?",
    ),
    (
        "fault: latency",
        "falt: latency",
        "one of `fault`, `mitigation`, `load`, `automation` (`falt`; did you mean `fault`?)",
    ),
    ("fault: latency", "fault: surge", "unknown fault `surge`"),
    ("latency: 3000 ms}", "latncy: 3000 ms}", "method[1].latncy: unknown key; did you mean `latency`?"),
    ("latency: 3000 ms}", "latency: 3000}", "method[1].latency: `3000` has no unit"),
    ("latency: 3000 ms}", "latency: 3000 /s}", "unknown unit `/s`; valid: ms, s, min, h"),
    ("latency: 3000 ms}", "latency: 0 ms}", "method[1].latency: Input should be greater than 0"),
    ("latency: 3000 ms}", "latency: {a: 1}}", "must be a duration"),
    ("latency: 3000 ms}", "latency: 3 s, often: sometimes}", "method[1].often: must be true or false"),
    (", latency: 3000 ms}", "}", "19: method[1]: key is missing: `latency`"),
    ("stream: downstream", "stream: sideways", "unknown value `sideways`; valid: downstream, upstream"),
    (
        "target: bridge,     stream",
        "target: brigde, stream",
        "unknown service `brigde`; did you mean `bridge`?",
    ),
    (
        "target: storefront, policy: budget",
        "target: storefront, policy: budgt",
        "unknown policy 'budgt + breaker'",
    ),
    (
        "name: guard-clients",
        "name: slow-bridge",
        "the name `slow-bridge` is used in line 19 already (in method)",
    ),
    ("name: recovers,", "name: stuck,", "the name `stuck` is used in line 23 already (in expect)"),
    (
        "metric: time_to_recover",
        "metric: time_to_recovr",
        "unknown metric `time_to_recovr`; did you mean `time_to_recover`?",
    ),
    ("metric: goodput,       is", "metric: stuck,         is", "`stuck` is known only after the run"),
    (">= 3.5", "3.5", "expect[1].is: must be a comparison with amplification, like `>= 3.5`"),
    (">= 3.5", ">= 3.5 s", "`3.5 s` is not a plain number"),
    (">= 3.5", "~ 3.5", "must be a comparison"),
    ("< 5 % of offered", "< 5", "`5` has no unit"),
    ("< 5 % of offered", "< 5 % of goodput", "a share can't be of `goodput`"),
    ("<= 30 s", "<= -30 s", "can't be negative"),
    (
        'time_to_recover, since: mitigation,             is: "<= 30 s"',
        "stuck, is: {a: 1}",
        "stuck is true or false; this",
    ),
    ("during: aftermath, last", "since: trigger end, during: aftermath, last", "exclude each other"),
    ("during: aftermath, last", "last", "`last` is the end of a phase"),
    ("stat: max", "stat: most", "unknown stat `most`"),
    ("since: mitigation", "since: mitigaton", "unknown moment `mitigaton`; did you mean `mitigation`?"),
    ("metric: elapsed,       is", "metric: elapsed, since: trigger, is", "abort-if[2].since: unknown key"),
    (ABORT, f"{ABORT}\n  - {{ulr: '{SHOP}'}}", "26: abort-if[1].ulr: unknown key; did you mean `url`?"),
    (
        ABORT,
        f"{ABORT}\n  - {{url: '{SHOP}', fr: 3 s}}",
        "26: abort-if[1].fr: unknown key; did you mean `for`?",
    ),
    (ABORT, f"{ABORT}\n  - {{url: '{SHOP}', is: true}}", "26: abort-if[1].is: unknown key; valid: for, url"),
    (ABORT, f"{ABORT}\n  - {{url: '{SHOP}', for: 3}}", "26: abort-if[1].for: `3` has no unit"),
    (ABORT, f"{ABORT}\n  - {{url: 8080}}", "26: abort-if[1].url: must be text; this is the number `8080`"),
    (
        ABORT,
        f"{ABORT}\n  - {{url: 'ftp://127.0.0.1/x'}}",
        "only http and https can be asked; `ftp://127.0.0.1/x`",
    ),
    (ABORT, f"{ABORT}\n  - {{url: '127.0.0.1:8080'}}", "write it like `http://127.0.0.1:8080/health`"),
    (ABORT, f"{ABORT}\n  - {{url: 'http:///health'}}", "`http:///health` names no host"),
    (ABORT, f"{ABORT}\n  - {{url: 'http://127.0.0.1:0/'}}", "names no host that could be asked"),
    (ABORT, f"{ABORT}\n  - {{url: 'http://127.0.0.1:99999/'}}", "this is no URL (Port out of range"),
    (ABORT, f"{ABORT}\n  - {{url: 'http://[::1/'}}", "this is no URL"),
    (
        ABORT,
        f"{ABORT}\n  - {{url: 'http://me:secret@127.0.0.1/'}}",
        "26: abort-if[1].url: a user or a password",
    ),
    (ABORT, f"{ABORT}\n  - {{url: '{SHOP}#top'}}", "no server ever sees a fragment"),
    (ABORT, f"{ABORT}\n  - {{url: 'http://127.0.0.1/a b'}}", "without spaces"),
    (
        "metric: elapsed,       is",
        "metric: url_failing,   is",
        "`url_failing` is written `{url: ..., for: 3 s}`",
    ),
    (
        "metric: goodput,       is",
        "url: 'http://127.0.0.1/', is",
        "15: steady-state-hypothesis.probes[1].url: unknown key; valid: is, metric, of, stat",
    ),
    (
        "seed: 7",
        "monitoring: same-listner",
        "7: monitoring: unknown way of monitoring `same-listner`; did you mean",
    ),
    ("seed: 7", "monitoring: [agent]", "7: monitoring: must be text; this is a list"),
    ("seed: 7", "monitorng: agent", "7: monitorng: unknown key; did you mean `monitoring`?"),
    (
        ABORT,
        f"{KEPT}, plane: ops}}",
        "25: expect[4]: `scrape_success_ratio` is about a monitoring plane, but no plane watches",
    ),
    (
        ABORT,
        f"{KEPT}}}",
        "25: expect[4]: key is missing: `plane`; `scrape_success_ratio` is about one, say `plane: shared`",
    ),
    (ABORT, f"{KEPT}, plan: ops}}", "25: expect[4].plan: unknown key; did you mean `plane`?"),
    (ABORT, f"{KEPT}, plane: opps}}", "25: expect[4].plane: unknown plane `opps`; did you mean `ops`?"),
    (
        ABORT,
        f"{KEPT}, plane: ops, stat: max}}",
        "`scrape_success_ratio` is counted over its whole window; leave `stat` out",
    ),
    (
        ABORT,
        '  - {name: x, metric: detection_time, plane: ops, since: trigger, is: "< 9 s"}',
        "`detection_time` is always since the trigger's start; leave `since` out",
    ),
    (
        ABORT,
        '  - {name: x, metric: detected_within_bound, plane: ops, during: trigger, is: "true"}',
        "`detected_within_bound` is one figure of the whole run; leave `during` out",
    ),
    (
        "since: mitigation,             is",
        "plane: ops, is",
        "24: expect[3].plane: `time_to_recover` is not about a monitoring plane; leave `plane` out",
    ),
    (
        "metric: elapsed,       is",
        "metric: stale_seconds, is",
        "`stale_seconds` is known only after the run; it can stand under",
    ),
    ("blast-radius: [bridge", "blast-radius: [brigde", "unknown service `brigde`"),
    ("blast-radius: [bridge", "blast-radius: [edge, bridge", "the name `edge` is used in line"),
    ("tags: [storm", "tags: [[storm]", "must be text; this is a list"),
    ("rollbacks: []", "rollbacks: no", "rollbacks: must be a list"),
    ("rollbacks: []", "rollbacks: [{name: x, during: trigger, mitigation: policy}]", "unknown key"),
    ("expect: ", "expect: []\nx: ", "a drill expects something"),
    ("title: A", "title: !!python/object:os.system A", "the tag `tag:yaml.org,2002:python/object"),
    ("title: A", "? [title]\n: A", "a list or mapping can't be a key"),
    ("title: A", "1: A", "`1` can't be a key"),
    ("tags: [storm", "tags: [&a storm, *a", "anchors and aliases"),
]


@pytest.mark.parametrize(("good", "bad", "said"), WRONG, ids=range(len(WRONG)))
def test_a_mistake_is_told_where_it_is(parse: Parse, source: str, good: str, bad: str, said: str) -> None:
    """One mistake in a good file: the error names file, line and key, and what would be right."""
    assert good in source
    with pytest.raises(DrillError) as caught:
        parse(source.replace(good, bad, 1))
    assert said in str(caught.value)
    assert str(caught.value).startswith("drills/x.yaml:")


def test_a_misspelt_plane_is_one_mistake(parse: Parse, source: str) -> None:
    """A key or a metric that is misspelt is told once, not again as a plane that is missing or out of place."""
    watched = source.replace("seed: 7", "monitoring: agent")
    misspelt = ("metric: scrape_success_ratio, plan: ops", "metric: scrape_success_rato, plane: ops")
    for written in misspelt:
        line = f'  - {{name: x, {written}, is: "> 9 %"}}\nabort-if:'
        with pytest.raises(DrillError) as caught:
            parse(watched.replace("abort-if:", line, 1))
        assert len(caught.value.problems) == 1


def test_a_password_in_a_url_is_not_repeated(parse: Parse, source: str) -> None:
    """What an error quotes may stand in a CI log."""
    for scheme in ("http", "ftp"):
        with pytest.raises(DrillError) as caught:
            parse(source.replace(ABORT, f"{ABORT}\n  - {{url: '{scheme}://me:secret@127.0.0.1/'}}"))
        assert "secret" not in str(caught.value)


def test_all_mistakes_are_told_at_once(parse: Parse, source: str) -> None:
    """One reading finds every mistake, in the order of the file."""
    text = (
        source.replace("100 /s", "100")
        .replace("latncy", "x")
        .replace("3000 ms", "3000")
        .replace("<= 30 s", "30")
    )
    with pytest.raises(DrillError) as caught:
        parse(text)
    assert [problem.line for problem in caught.value.problems] == [8, 19, 24]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "the file is empty"),
        ("# only a comment\n", "the file is empty"),
        ("- a\n- b\n", "a drill is a mapping"),
        ("just text", "a drill is a mapping"),
        ("a: [1, 2", "yaml:"),
        ("a: b: c", "yaml:"),
        ("a: 1\n---\nb: 2", "another document"),
        ("a: \x07", "special characters"),
        ("\t- a", "yaml:"),
        ("a: " + "[" * 600 + "]" * 600, "nested too deeply"),
        ("x: " + "y" * MOST_BYTES, "at most 256 KB"),
        ("%YAML 1.1\n---\non: 1\n", "`on` can't be a key"),
        ("a: !!int x\n", "`x` is no finite number"),
        ("a: " + "9" * 5000, "no finite number"),
    ],
    ids=range(14),
)
def test_what_is_no_drill_at_all_is_told_in_one_line(parse: Parse, content: str, said: str) -> None:
    """Empty files, lists, broken YAML, bombs: a DrillError, never a traceback."""
    with pytest.raises(DrillError) as caught:
        parse(content)
    assert said in str(caught.value)


def test_an_anchor_bomb_is_refused_before_it_grows(parse: Parse) -> None:
    """Nine levels of nine aliases stand for 387 million values; none of them is made."""
    levels = ['a: &a ["x","x","x","x","x","x","x","x","x"]']
    levels += [f"{b}: &{b} [{','.join(['*' + a] * 9)}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True)]
    with pytest.raises(DrillError, match="anchors and aliases"):
        parse("\n".join(levels))


def test_an_alias_to_itself_is_refused(parse: Parse) -> None:
    """A value that contains itself has no end."""
    with pytest.raises(DrillError):
        parse("a: &a [*a]\n")
