"""Matching, against a model that is the algorithm of chapter 6 word by word."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taskpoint._core.matching import INTERRUPT, Divergence, Matcher, Record
from taskpoint._core.paths import encode_name, interrupt_id


class Diverges(Exception):
    pass


class Model:
    """`match` of the specification, with a list where the library has indexes."""

    def __init__(self, scope, records, on_divergence):
        self.scope = scope
        self.records = records  # (name, key, index, digest, alone, void, cancelled)
        self.claimed = set()
        self.counter = {}
        self.keys = set()
        self.made = set()
        self.on_divergence = on_divergence

    def _path(self, name, last):
        return f"{self.scope}/{encode_name(name)}{last}" if self.scope else f"{encode_name(name)}{last}"

    def match(self, name, key, digest):
        if key is not None:
            path = self._path(name, f"@{encode_name(key)}")
            if path in self.keys:
                return ("refused", path)
            self.keys.add(path)
            r = next((r for r in self.records if r[:2] == (name, key)), None)
            if r is None:
                return ("new", path)
            if r[5]:
                self.claimed.add(r)
                return ("again", path)
            if r[3] is not None and digest is not None and r[3] != digest:
                return self._diverge(r, path)
            self.claimed.add(r)
            return ("record", path)
        k = self.counter.get(name, 0)
        self.counter[name] = k + 1
        mine = [r for r in self.records if r[0] == name and r[1] is None]
        r = next((r for r in mine if r[2] == k and r not in self.claimed), None)
        if r and (digest == r[3] or digest is None or r[3] is None):
            return self._take(r)
        if digest is not None:
            free = (m for m in mine if m not in self.claimed and m[3] == digest and (m[5] or not m[6]))
            moved = sorted(free, key=lambda m: m[2])
            if moved:
                return self._take(moved[0])
        if r and r[5]:
            return self._take(r)
        if r and r[4]:
            return self._diverge(r, self._path(name, f"#{r[2]}"))
        taken = {m[2] for m in mine} | {i for made, i in self.made if made == name}
        i = min(set(range(len(taken) + 1)) - taken)
        self.made.add((name, i))
        return ("new", self._path(name, f"#{i}"))

    def _take(self, r):
        self.claimed.add(r)
        return ("again" if r[5] else "record", self._path(r[0], f"#{r[2]}"))

    def _diverge(self, r, path):
        if self.on_divergence == "error":
            raise Diverges(path)
        self.claimed.add(r)
        return ("record", path)

    def orphans(self):
        unclaimed = [r for r in self.records if r not in self.claimed and not r[5]]
        return {self._path(r[0], f"#{r[2]}" if r[1] is None else f"@{encode_name(r[1])}") for r in unclaimed}


class Real:
    """The library's matcher behind the same face."""

    def __init__(self, scope, records, on_divergence):
        at = Model(scope, (), "")._path
        self.on_divergence = on_divergence
        self.matcher = Matcher(
            scope,
            [
                Record(
                    at(name, f"#{index}" if key is None else f"@{encode_name(key)}"),
                    index,
                    digest,
                    alone,
                    void,
                    stays=cancelled and not void,
                )
                for name, key, index, digest, alone, void, cancelled in records
            ],
        )

    def match(self, name, key, digest):
        try:
            if key is not None:
                path, record, used = self.matcher.key(name, key, digest)
                if used:
                    return ("refused", path)
            else:
                path, record = self.matcher.call(encode_name(name), digest)
        except Divergence as divergence:
            if self.on_divergence == "error":
                raise Diverges(divergence.record.path) from None
            path, record = self.matcher.claim_anyway(divergence, encode_name(name))
        return ("new" if record is None else "again" if record.void else "record", path)

    def orphans(self):
        return set(self.matcher.orphans())


names = st.sampled_from(["f", "g", "a/b"])
keys = st.sampled_from(["k", "7", "x@y"])
digests = st.sampled_from(["1", "2", "3", None])
positional = st.tuples(names, st.none(), st.integers(0, 4), digests, st.booleans(), st.booleans(), st.booleans())
keyed = st.tuples(names, keys, st.none(), digests, st.booleans(), st.booleans(), st.booleans())
records = st.lists(positional | keyed, max_size=9, unique_by=lambda record: record[:3])
calls = st.lists(st.tuples(names, st.none() | keys, digests), max_size=12)


def outcome(matcher, steps):
    """What a sequence of calls gets, to the first divergence."""
    seen = []
    for step in steps:
        try:
            seen.append(matcher.match(*step))
        except Diverges as diverges:
            return [*seen, ("diverges", str(diverges))], None
    return seen, matcher.orphans()


@settings(max_examples=600, deadline=None)
@given(st.sampled_from(["", "outer#0"]), records, calls, st.sampled_from(["error", "replay"]))
def test_matching_is_the_algorithm_of_the_specification(scope, recorded, steps, on_divergence):
    assert outcome(Real(scope, recorded, on_divergence), steps) == outcome(Model(scope, recorded, on_divergence), steps)


@settings(max_examples=200, deadline=None)
@given(records, calls)
def test_no_record_is_claimed_twice_and_no_path_made_twice(recorded, steps):
    seen, _ = outcome(Real("", recorded, "replay"), steps)
    paths = [path for kind, path in seen if kind != "refused"]
    assert len(paths) == len(set(paths))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(names, st.sampled_from("123")), max_size=9), st.data())
def test_the_same_calls_find_their_own_records_whatever_other_names_come_between(made, data):
    """RPL-013: a call of another name, inserted anywhere, changes nothing."""
    first = Real("", [], "error")
    paths = [first.match(name, None, digest)[1] for name, digest in made]
    recorded = [
        (name, None, int(path.rpartition("#")[2]), digest, True, False, False)
        for (name, digest), path in zip(made, paths, strict=True)
    ]
    again = Real("", recorded, "error")
    for (name, digest), path in zip(made, paths, strict=True):
        for _ in range(data.draw(st.integers(0, 2))):
            assert again.match("other", None, "9")[0] == "new"
        assert again.match(name, None, digest) == ("record", path)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from("abcdef"), unique=True, min_size=1), st.data())
def test_calls_with_different_inputs_find_their_records_in_any_order(inputs, data):
    recorded = [
        ("f", None, index, digest, data.draw(st.booleans()), False, False) for index, digest in enumerate(inputs)
    ]
    matcher = Real("", recorded, "error")
    for digest in data.draw(st.permutations(inputs)):
        assert matcher.match("f", None, digest) == ("record", f"f#{inputs.index(digest)}")
    assert matcher.orphans() == set()


def test_a_changed_input_diverges_where_the_call_was_alone_and_runs_where_it_was_not():
    alone = Real("", [("f", None, 0, "1", True, False, False)], "error")
    with pytest.raises(Diverges, match="f#0"):
        alone.match("f", None, "2")
    beside = Real("", [("f", None, 0, "1", False, False, False)], "error")
    assert beside.match("f", None, "2") == ("new", "f#1")
    assert beside.orphans() == {"f#0"}


def test_a_divergence_leaves_the_position_to_whoever_takes_the_record():
    matcher = Real("", [("f", None, 0, "1", True, False, False), ("f", None, 1, "2", True, False, False)], "replay")
    assert matcher.match("f", None, "9") == ("record", "f#0")
    assert matcher.match("f", None, "2") == ("record", "f#1")


def test_a_divergence_names_both_inputs():
    matcher = Matcher("", [Record("f#0", 0, "1", alone=True)])
    with pytest.raises(Divergence) as caught:
        matcher.call("f", "2")
    assert (caught.value.record.path, caught.value.record.digest, caught.value.attempted_digest) == ("f#0", "1", "2")


def test_interrupts_are_matched_among_themselves():
    """A task may be named `!` or `fetch!0`: its segment is escaped."""
    records = [Record(interrupt_id("a#0", 0), 0, "q", alone=True), Record("a#0/%21#0", 0, "d", alone=True)]
    matcher = Matcher("a#0", records)
    assert matcher.call(encode_name("!"), "d") == ("a#0/%21#0", records[1])
    assert matcher.call(INTERRUPT, "q") == ("a#0!0", records[0])
    assert matcher.call(INTERRUPT, "q") == ("a#0!1", None)


def test_a_void_record_keeps_its_place_for_its_call():
    """RPL-043: the void `f#0` is run again by the first call, and does not give `f#1` away."""
    recorded = [("f", None, 0, "1", True, True, False), ("f", None, 1, "1", True, False, False)]
    matcher = Real("", recorded, "error")
    assert matcher.match("f", None, "1") == ("again", "f#0")
    assert matcher.match("f", None, "1") == ("record", "f#1")
    changed = Real("", recorded, "error")
    assert changed.match("f", None, "other") == ("again", "f#0")


def test_a_cancellation_is_no_outcome_for_an_equal_call():
    """RPL-048: `f#0` was in flight at the crash, and only `f#1` was cancelled."""
    recorded = [("f", None, 1, "1", False, False, True)]
    matcher = Real("", recorded, "error")
    assert matcher.match("f", None, "1") == ("new", "f#0")
    assert matcher.match("f", None, "1") == ("record", "f#1")


def test_matching_takes_no_longer_for_a_longer_journal():
    """20,000 moved calls against 20,000 records: a search of the whole list for each would take minutes."""
    many = 20_000
    matcher = Matcher("", [Record(f"f#{i}", i, f"{i}", alone=False) for i in range(many)])
    paths = [matcher.call("f", f"{many - 1 - i}")[0] for i in range(many)]
    assert paths == [f"f#{many - 1 - i}" for i in range(many)]
    assert matcher.orphans() == []
