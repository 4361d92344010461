"""The codes of verdicts: what was wrong, who has to look, what mostly leads to it, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

__all__ = ("CODES", "Meaning", "page")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code means to the reader of a failure; the site has a page for each, and `explain` says the same."""

    happened: str
    look: str
    """Who is to blame, as far as the code tells."""
    causes: tuple[str, ...]
    """What mostly leads to it, the likeliest first."""
    do: str


def page(code: str) -> str:
    """Return where a code is explained on the site.

    Example:
        >>> page("effect.repeated")
        'conformance/verdicts/effect.repeated.html'
    """
    return f"conformance/verdicts/{code}.html"


_PORT: Final = "the port"
_DRIVER: Final = "the driver"
_SMOKE: Final = (
    "Run `taskpoint conformance smoke --driver CMD`: it takes the protocol step by step, "
    "and names the first step that goes wrong."
)
_VERBOSE: Final = (
    "Run the fixture alone with `-v`: the last messages between the runner and the driver say who waits for whom."
)
_SIDES: Final = "Compare the two sides below the message: rows that differ have a `≠`."

CODES: Final[Mapping[str, Meaning]] = {
    # --- what a step ended with ---
    "expect.outcome": Meaning(
        "A step ended in another way than the fixture expects, say `failed` in place of `completed`.",
        _PORT,
        (
            "The port refuses what it has to take, or takes what it has to refuse: one side says `rejected`.",
            "An error is lost on its way out of a scope, or one that the program catches ends the run (ERR-004).",
            "An interrupt is answered at once, or raised again although its answer is recorded (INT-024).",
            "The run ended before it came to the call at which the step holds it.",
        ),
        "Read the code of the error on the actual side, if there is one: "
        "`taskpoint conformance explain` takes it, too.",
    ),
    "expect.code": Meaning(
        "A step failed or was rejected, as expected, but with another code.",
        "the port, or how the driver maps its errors",
        (
            "The driver answers one code for all errors, and not the one that the port's own error carries (CNF-007).",
            "The port checks in another order, so that another mistake in the same request is found first.",
            "An error of the library that passed through a task has lost its code (ERR-031).",
        ),
        "Look both codes up with `taskpoint conformance explain CODE`: they say what each of the two complains of.",
    ),
    "expect.value": Meaning(
        "A run returned another value than the fixture expects.",
        _PORT,
        (
            "A call got the outcome of another call: the matching of calls with records is off (RPL-004).",
            "The caller sees the live object on the first run, and what was decoded on a replay (RPL-002).",
            "A call ran again and got the effect's next value, because its outcome was not found (RPL-003).",
            "The driver evaluates an expression otherwise than the table of programs says (CNF-020).",
        ),
        "See at which member the values part, and follow it back through the program to the call that made it.",
    ),
    "expect.error": Meaning(
        "A run failed as expected, with another error document.",
        _PORT,
        (
            "`type` holds a module or a package besides the plain name (ERR-011).",
            "`data`, `path` or `retryable` got lost when the error was recorded, or on its way outwards (ERR-013).",
            "The first run shows the live error, and the replay the recorded one (ERR-004).",
        ),
        _SIDES,
    ),
    "expect.interrupts": Meaning(
        "A run stopped to ask, as expected, but asked something else.",
        _PORT,
        (
            "Interrupts are counted over the whole run, not in their scope, so that their ids differ (IDN-030).",
            "Not all pending interrupts are reported, or not in the order in which they were raised (INT-006).",
            "An answered interrupt is asked again (INT-024).",
        ),
        "Compare the ids first: one that is off by one means that something was counted twice or not at all.",
    ),
    "expect.definition": Meaning(
        "A task or an entrypoint describes itself otherwise than the fixture expects.",
        _PORT,
        (
            "A default is left out of the description, or an option that was not given stands in it.",
            "A policy is described in the language's own units or names; documents keep those of the specification.",
        ),
        _SIDES,
    ),
    "expect.canonical": Meaning(
        "A value was encoded to other bytes than it has everywhere else.",
        _PORT,
        (
            "The members of an object are sorted by bytes or by code points, and not by UTF-16 units (RFC 8785).",
            "A number is written otherwise than RFC 8785 says, mostly a float with an exponent or a negative zero.",
            "The JSON library escapes more than it has to, such as `<` or what is beyond ASCII.",
        ),
        "Test the encoder alone, with `conformance/vectors`, in your own test framework; then come back.",
    ),
    "expect.path": Meaning(
        "A call has another path than the fixture expects.",
        _PORT,
        (
            "Calls are counted over all names or the whole run, and not by name in each scope (IDN-002, IDN-004).",
            "Characters of a name or a key are escaped that may stay, or the other way round (IDN-020, IDN-021).",
        ),
        "Write the path down by hand, scope by scope, and compare it segment by segment.",
    ),
    "expect.digest": Meaning(
        "The arguments of a call have another digest than everywhere else.",
        _PORT,
        (
            "The digest is not over the canonical bytes of one array of all arguments (IDN-040).",
            "Arguments given by name, or defaults, are left out or come in another order (IDN-041, IDN-042).",
            "The encoder is wrong, and `expect.canonical` fails, too: mend that one first.",
        ),
        "Log the bytes that go into SHA-256: they have to be a JSON array without a single blank.",
    ),
    "expect.checkpoint_id": Meaning(
        "An answer names another checkpoint than the fixture expects.",
        _PORT,
        (
            "The answer names the checkpoint that the run began with, where its end is meant, or the other way round.",
            "A new checkpoint was made where the old one had to be gone on with.",
        ),
        _SIDES,
    ),
    "expect.state": Meaning(
        "The state or the history of a thread is shown otherwise than the fixture expects.",
        _PORT,
        (
            "`next` is empty although a run is unfinished, or names calls that are over.",
            "Pending interrupts are left out, or answered ones are still there.",
            "Histories come oldest first; they come newest first (STO-020).",
        ),
        _SIDES,
    ),
    "expect.effects": Meaning(
        "During one step other effects ran than the fixture expects, or in another order.",
        _PORT,
        (
            "A call whose outcome was in doubt did not run again, or ran although the step is a pure replay.",
            "A scope starts its calls later or earlier than its program makes them.",
            "A failure that was caught ran again on resume; it is history (ERR-023).",
        ),
        "Find the first effect that is too many or missing, and see in the journal what is recorded of its call.",
    ),
    "expect.events": Meaning(
        "The parts of a stream are others than the fixture expects, or one of them breaks its schema.",
        _PORT,
        (
            "A part is sent before what it tells of is recorded, or again on a replay.",
            "The namespace of a part is missing where a workflow runs inside of another one.",
            "The driver sends a part without waiting for the reply to the one before it.",
        ),
        "Compare the parts one by one; `taskpoint conformance schema stream-part` says what each may hold.",
    ),
    "expect.unsaid": Meaning(
        "An answer repeats something that no error may say, such as the content of a refused document.",
        _PORT,
        (
            "A message quotes the value, the argument or the row that it complains of (ERR-001).",
            "The text of a parser's or a database's error is passed on, and it quotes its input (JRN-023, STO-016).",
        ),
        "Name the place in the message: the thread, the entry, the member. Never name the content.",
    ),
    # --- what is left at the end ---
    "final.effects": Meaning(
        "Over all steps an effect ran more or less often than expected.",
        _PORT,
        (
            "A call that was in flight when the process died did not run again (RPL-032).",
            "A failure that nobody caught was not tried again on resume, or a caught one was (ERR-023, ERR-024).",
            "The arguments of the effect differ, so that it counts as another one.",
        ),
        "Read the totals: an effect that is listed with other arguments points to a wrong value, not to a repetition.",
    ),
    "final.journal": Meaning(
        "The journal in the store is not the one expected after the last step.",
        _PORT,
        (
            "An entry was written for a call that got its outcome from the journal (JRN-014).",
            "Outcomes stand in the order of starting, so that a call comes before those inside it (JRN-009).",
            "A member is missing or wrong: `attempt`, `rerun`, `orphans` and `alone` most of all.",
            "An attempt that was cut off was repaired with entries of its own; nothing is to be repaired (JRN-013).",
        ),
        "Begin at the first row with a `≠`: what comes after it mostly follows from it.",
    ),
    "final.checkpoints": Meaning(
        "The checkpoints of a thread are not those expected after the last step.",
        _PORT,
        (
            "A resume made a new checkpoint; it goes on with the one that it found (RPL-001).",
            "`saved` repeats the value, or a value is stored that the thread has already (CKP-008, CKP-009).",
            "`parent_id` or `previous_id` leads to another checkpoint (CKP-005, CKP-007).",
        ),
        _SIDES,
    ),
    "final.items": Meaning(
        "The store for long-term memory holds other items than expected after the last step.",
        _PORT,
        (
            "A `put` in the body was done again on resume; this is meant where it stands in no task.",
            "An item that expired is still found, or reading one did not renew it.",
            "A namespace or a key was changed on its way to the table.",
        ),
        _SIDES,
    ),
    "final.cache": Meaning(
        "Other results lie in the cache than expected after the last step.",
        _PORT,
        (
            "The key of an entry was made otherwise than the specification says, so that other ports miss it.",
            "A failure was cached, or a result that came from the journal and not from its function.",
        ),
        _SIDES,
    ),
    # --- effects ---
    "effect.repeated": Meaning(
        "An effect ran although the outcome of its call, or of a call around it, is recorded: what the suite is for.",
        _PORT,
        (
            "On resume the function of a call is started before the journal is asked (RPL-003, RPL-034).",
            "The call has another path or digest than on the first run: its record is not found (IDN-005, IDN-040).",
            "The function of an outer call whose outcome is recorded runs again, and its calls with it (RPL-005).",
            "The effect is sent for a call that is over: from a background task, or a retry that nobody stopped.",
        ),
        "The message names the effect, the path, and the record that should have been used. "
        "See in the journal whether it stands before the last `run.resumed`: then it was there, and was not found.",
    ),
    "effect.unexpected": Meaning(
        "An effect ran that the fixture does not know, or once more than it may.",
        _PORT,
        (
            "A retry or a resume executes a call once too often, before its outcome is recorded.",
            "A branch was taken that the program does not take, because of a wrong value.",
            "The driver sends one effect twice, or makes up one where the program has none (CNF-009).",
        ),
        "The message says which execution it is, and how many are scripted: look for what began the last one.",
    ),
    "effect.missing": Meaning(
        "A step was over before all effects had come that it waits for.",
        _PORT,
        (
            "Calls that have to run side by side run one after the other.",
            "The run ended without waiting for calls that were in flight (INT-009).",
            "An effect has other arguments than the fixture names, and is not recognised.",
        ),
        "The message names the effect that is still waited for: look whether its call was made at all.",
    ),
    # --- the store, and other ways to the same end ---
    "store.invalid": Meaning(
        "What was sent to the store breaks a schema, or a rule that holds for every journal.",
        _PORT,
        (
            "A member is missing, or there is one that the schema does not know.",
            "`seq` or `attempt` does not count on from what was read (JRN-001, JRN-004).",
            "A call got a second outcome, or something was appended after the end of an attempt (JRN-008, JRN-011).",
            "`run.completed` and its checkpoint came in two writes (JRN-010).",
            "A double of 2^53 or more was written as an integer, as most JSON libraries do (VAL-007).",
        ),
        "The message ends with the rule or the schema's complaint. "
        "`taskpoint conformance schema entry` and `schema checkpoint` print what is allowed.",
    ),
    "store.unacknowledged": Meaning(
        "The run went on before the store had acknowledged the write before it.",
        _PORT,
        (
            "A write is started and not awaited, so that it happens in the background (JRN-007).",
            "The result is delivered first and recorded afterwards (RPL-035).",
            "`run.started` or `run.resumed` is not waited for before the body begins (JRN-002, JRN-004).",
        ),
        "Wait for the reply to each `saver.begin` and `saver.append` before any code of the workflow goes on.",
    ),
    "variants.journal": Meaning(
        "In another form or mode, or after a fault of the sweep, the same fixture leaves another journal.",
        _PORT,
        (
            "The sync and the async path, or the two forms of definition, are two pieces of code that differ.",
            "After a kill at a certain write, something is recorded twice, or not at all (CNF-040).",
            "A write that failed, or whose acknowledgement was lost, is not looked up before going on (JRN-030).",
        ),
        "The line below the message names the form, the mode and the fault. "
        "With `--form`, `--mode` and `--fixture` you get that one alone; `expected` is the first variant, "
        "without a fault.",
    ),
    "variants.effects": Meaning(
        "In another form or mode, or after a fault of the sweep, other effects have run.",
        _PORT,
        (
            "A call that was cut off by the kill did not run again (RPL-032).",
            "One form or mode evaluates the program otherwise, mostly the order of concurrent calls.",
        ),
        "The line below the message names the form, the mode and the fault: run that one alone.",
    ),
    "fault.missed": Meaning(
        "The fault that the step plans never struck: the write or the effect that it waits for never came.",
        _PORT,
        (
            "The entry is written with another path, or as part of another write.",
            "The call was replayed, or never made, so that nothing is written for it.",
            "Several entries are written in one append, and the one that the fault names came earlier.",
        ),
        "The message names the write or effect. See in the journal below what came in its place.",
    ),
    # --- the driver ---
    "driver.timeout": Meaning(
        "Nothing came from the driver for too long.",
        "the port, perhaps the driver: does it wait for a reply that it got?",
        (
            "Standard output is not flushed after each line.",
            "Requests and replies are read by the thread that runs the workflow, which waits for itself.",
            "A reply is given to the wrong call: they belong together by `cid`, and come in any order (CNF-012).",
            "The port waits for ever: for a lease of a process that is dead, or for a call that was never started.",
        ),
        f"{_VERBOSE} `--timeout SECONDS` gives a slow machine more time.",
    ),
    "driver.died": Meaning(
        "The driver's process ended by itself.",
        "the driver's standard error",
        (
            "It crashed: the end of its standard error is shown below the failure.",
            "The command of `--driver` starts a wrapper that does not pass on its arguments or signals.",
            "It exits after one request; it has to serve until it is asked to stop, or its input ends (CNF-011).",
        ),
        "Start the command by hand and type the request that was sent last; `-v` shows it.",
    ),
    "driver.errored": Meaning(
        "The driver says that it could not do what was asked.",
        "the driver, where its message says",
        (
            "A statement or an expression is not written yet: this is the right answer to it, and the fixture waits.",
            "The driver's own code raised an error.",
        ),
        "Write what the message names; `taskpoint conformance next --driver CMD` says what comes first.",
    ),
    "driver.skipped": Meaning(
        "The driver skipped what may not be skipped.",
        _DRIVER,
        (
            "`skipped` is answered to something that is not written yet; answer `errored` to it (CNF-010).",
            "The driver claims a profile that the port has not.",
        ),
        "Answer `skipped` only where the language itself has no such thing, "
        "as the fixture's `$host` value or function.",
    ),
    "driver.flood": Meaning(
        "The driver sent more messages in one step than any program needs.",
        _DRIVER,
        ("A loop that has no end: an effect, a write or a poll is sent again and again.",),
        _VERBOSE,
    ),
    "driver.hello": Meaning(
        "The driver's first answer is no hello of this protocol.",
        _DRIVER,
        (
            "A member is missing, or a profile, form, mode or saver is named that does not exist.",
            "Two processes of the driver say different things: the hello may not depend on anything (CNF-005).",
        ),
        _SMOKE,
    ),
    "driver.protocol": Meaning(
        "The driver did not keep to the protocol.",
        _DRIVER,
        (
            "Something else than messages is on standard output: a log line, a banner, a debugger's prompt.",
            "A call came for a request that was answered already, mostly from a task that was left running (CNF-004).",
            "A `cid` was used twice in one process (CNF-004).",
            "A message breaks the schema, or is not one line of UTF-8.",
        ),
        _SMOKE,
    ),
    # --- the suite and its arguments ---
    "baseline.stale": Meaning(
        "The baseline expects a failure that does not happen.",
        "the baseline",
        (
            "The port was mended: good.",
            "The fixture is skipped or not claimed now, so that nothing fails any more.",
        ),
        "Take the entry out of the baseline.",
    ),
    "fixture.newer": Meaning(
        "A fixture is of a newer format than this suite reads.",
        "the suite",
        ("The fixtures were taken from a newer version than the runner.",),
        "Take runner and fixtures from the same version.",
    ),
    "fixture.invalid": Meaning(
        "A file is no fixture: it breaks the schema, or contradicts itself.",
        "the file",
        (
            "A member is misspelt, or stands in the wrong place.",
            "The name of the file is not the fixture's id, or a key stands twice.",
            "An effect is expected that the script does not answer, or a fault whose step is not `killed`.",
        ),
        "The message names the place; `taskpoint conformance schema fixture` prints what is allowed.",
    ),
    "suite.not_claimed": Meaning(
        "Something was asked for that the driver does not claim.",
        "the arguments, or the driver's hello",
        ("A profile, a form or a mode is named on the command line that is not in the hello.",),
        "Leave the option out, or claim it in the hello.",
    ),
    "suite.false_claim": Meaning(
        "A profile is claimed, and nothing of it passes or can be run.",
        "the driver's hello",
        (
            "A profile was claimed in advance.",
            "The profile `sqlite` is claimed without the saver `sqlite`.",
        ),
        "Take the profile out of the hello until its first fixture passes.",
    ),
    "suite.nothing": Meaning(
        "Nothing was executed, so that nothing is known.",
        "the arguments, or the driver's hello",
        (
            "The options leave no fixture over, or only such as the driver does not claim.",
            "The hello claims no profile.",
        ),
        "Run without options first; `taskpoint conformance list` names the fixtures.",
    ),
    "suite.request": Meaning(
        "A request of the suite itself is not of the protocol.",
        "us",
        ("A defect of the suite, or of a fixture that it should have refused.",),
        "Report it, with the fixture.",
    ),
    "suite.stopped": Meaning(
        "The suite could not do its work.",
        "the arguments, or us",
        (
            "A file that was named cannot be read or written.",
            "The driver's command cannot be started.",
        ),
        "Read the message: it names the file or the command.",
    ),
}
