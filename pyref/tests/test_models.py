from __future__ import annotations

import copy
import sys
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import example, given, settings
from pydantic import TypeAdapter, ValidationError

sys.path.insert(0, str(Path(__file__).parent))
from generated import KEYS, PAYLOADS, at, encoded, neighbours, patterned, places, quick, scalar
from schemas import DEFINITIONS, SCHEMAS, accepts, examples

from taskpoint import codec
from taskpoint.errors import ValueEncodingError
from taskpoint.models import documents, parts, scalars, values

MODELS: dict[str, Any] = {
    "command": documents.COMMAND,
    "command.resume": documents.ResumeModel,
    "command.answers": documents.AnswersModel,
    "cache-policy": documents.CachePolicyModel,
    "checkpoint": documents.CHECKPOINT,
    "checkpoint.beginning": documents.BeginningModel,
    "checkpoint.closing": documents.ClosingModel,
    "checkpoint.entrypoint": documents.EntrypointModel,
    "config": documents.ConfigModel,
    "entry": documents.ENTRY,
    "entry.run.started": documents.RunStartedModel,
    "entry.run.resumed": documents.RunResumedModel,
    "entry.run.interrupted": documents.RunInterruptedModel,
    "entry.run.completed": documents.RunCompletedModel,
    "entry.run.failed": documents.RunFailedModel,
    "entry.run.stopped": documents.RunStoppedModel,
    "entry.task.completed": documents.TaskCompletedModel,
    "entry.task.failed": documents.TaskFailedModel,
    "entry.task.cancelled": documents.TaskCancelledModel,
    "entry.interrupt.raised": documents.InterruptRaisedModel,
    "entry.interrupt.answered": documents.InterruptAnsweredModel,
    "entrypoint-definition": documents.EntrypointDefinitionModel,
    "error": documents.ErrorModel,
    "holder": documents.HolderModel,
    "interrupt": documents.InterruptModel,
    "stream-part": parts.PART,
    "stream-part.updates": parts.UpdatesModel,
    "stream-part.values": parts.ValuesModel,
    "stream-part.custom": parts.CustomModel,
    "stream-part.tasks": parts.TasksModel,
    "stream-part.checkpoints": parts.CheckpointsModel,
    "stream-part.debug": parts.DebugModel,
    "stream-part.namespace": parts.Namespace,
    "stream-part.step": scalars.Step,
    "stream-part.place": parts.Place,
    "stream-part.asked": parts.Asked,
    "stream-part.questions": parts.QuestionsModel,
    "stream-part.begun": parts.BegunModel,
    "stream-part.ended": parts.EndedModel,
    "stream-part.address": parts.AddressModel,
    "stream-part.checkpoint": parts.MadeModel,
    "stream-part.row": parts.RowModel,
    "stream-part.task": parts.DebugTaskModel,
    "stream-part.taskResult": parts.DebugResultModel,
    "stream-part.madeCheckpoint": parts.DebugCheckpointModel,
    "retry-policy": documents.RetryPolicyModel,
    "store-item": documents.StoreItemModel,
    "task-definition": documents.TaskDefinitionModel,
    "timeout-policy": documents.TimeoutPolicyModel,
    "thread": documents.ThreadModel,
    "thread.journal": documents.JournalModel,
    "common.id": scalars.Id,
    "common.idOrNull": scalars.Id | None,
    "common.name": scalars.Name,
    "common.text": scalars.Text,
    "common.path": scalars.Path,
    "common.paths": documents.Paths,
    "common.interruptId": scalars.InterruptId,
    "common.responseSchema": values.PlainObject,
    "common.digest": scalars.Digest,
    "common.digestOrNull": scalars.Digest | None,
    "common.time": scalars.Time,
    "common.seq": scalars.Seq,
    "common.count": scalars.Count,
    "common.executions": scalars.Seq,
    "value": values.Encoded,
    "value.object": values.EncodedObject,
}
ADAPTERS = {name: model if isinstance(model, TypeAdapter) else TypeAdapter(model) for name, model in MODELS.items()}


def model_accepts(definition: str, document: object) -> bool:
    try:
        ADAPTERS[definition].validate_python(document)
    except ValidationError:
        return False
    return True


def test_each_definition_has_a_model():
    inner = {f"value.{payload}" for payload in PAYLOADS} | {"value.tagged", "value.pair", "common.line"}
    assert set(MODELS) | inner == set(DEFINITIONS)
    assert values.TAGS.keys() == SCHEMAS["value"]["$defs"]["tagged"]["properties"].keys()


@pytest.mark.parametrize("definition", MODELS)
def test_models_take_the_valid_examples_and_refuse_the_invalid(definition):
    for kind, expected in (("valid", True), ("invalid", False)):
        for one in examples(definition, kind):
            assert model_accepts(definition, one["document"]) is expected, one["why"]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_tags_take_the_valid_payloads_and_refuse_the_invalid(payload):
    for kind, expected in (("valid", True), ("invalid", False)):
        for one in examples(f"value.{payload}", kind):
            assert model_accepts("value", {f"${payload}": one["document"]}) is expected, one["why"]


def test_patterns_are_the_schemas_own():
    written = {
        name: node["pattern"]
        for file in ("common", "value")
        for name, node in SCHEMAS[file]["$defs"].items()
        if "pattern" in node
    }
    written["clockTime"] = (
        written.pop("time") if "T" not in written["time"] else SCHEMAS["value"]["$defs"]["time"]["pattern"]
    )
    written["time"] = SCHEMAS["common"]["$defs"]["time"]["pattern"]
    assert written == {name: pattern for name, pattern in scalars.PATTERNS.items() if name != "id"}


@st.composite
def mutated(draw: st.DrawFn, definition: str) -> Any:
    """A valid example, changed in up to three places."""
    root = [copy.deepcopy(draw(st.sampled_from(examples(definition, "valid")))["document"])]
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.sampled_from(places(root)[1:]))
        parent, step, node = at(root, place[:-1]), place[-1], at(root, place)
        change = draw(st.sampled_from(["replace", "value", "pattern", "remove", "add", "repeat", "text"]))
        if change == "replace":
            parent[step] = draw(scalar)
        elif change == "value":
            parent[step] = draw(encoded)
        elif change == "pattern":
            parent[step] = draw(patterned)
        elif change == "remove" and len(place) > 1:
            del parent[step]
        elif change == "add" and isinstance(node, dict):
            node[draw(st.sampled_from(KEYS))] = draw(encoded)
        elif change == "repeat" and isinstance(node, list) and node:
            node.append(copy.deepcopy(draw(st.sampled_from(node))))
        elif change == "text" and isinstance(node, str):
            cut = draw(st.integers(0, len(node)))
            parent[step] = (
                node[:cut] + draw(st.sampled_from(["", "\n", "a", "%", "0", "/"])) + node[cut + draw(st.booleans()) :]
            )
    return root[0]


@pytest.mark.parametrize("definition", MODELS)
def test_schema_and_model_agree(definition):
    @quick
    @given(mutated(definition))
    def agree(document):
        assert model_accepts(definition, document) is accepts(definition, document)

    agree()


@pytest.mark.parametrize(
    "definition", sorted(MODELS.keys() - {"entry", "thread", "thread.journal"})
)  # those of their parts
def test_schema_and_model_agree_next_to_each_valid_example(definition):
    for one in examples(definition, "valid"):
        for document in neighbours(one["document"]):
            assert model_accepts(definition, document) is accepts(definition, document), document


@pytest.mark.parametrize("payload", PAYLOADS)
def test_schema_and_model_agree_next_to_each_valid_payload(payload):
    for one in examples(f"value.{payload}", "valid"):
        for document in neighbours({f"${payload}": one["document"]}):
            assert model_accepts("value", document) is accepts("value", document), document


@settings(quick, max_examples=500)
@given(encoded)
@example({"$map": [[1, 2], ["a", 1]]})
@example({"$set": [0, False, 0.0]})
@example({"$int": "9007199254740992", "$$a": 1})
def test_schema_and_model_agree_on_values(value):
    assert model_accepts("value", value) is accepts("value", value)


@pytest.mark.parametrize("name", ["id", "path", "interruptId", "digest", "time", "seq"])
@settings(quick, max_examples=150)
@given(st.one_of(patterned, scalar))
def test_schema_and_model_agree_on_scalars(name, value):
    assert model_accepts(f"common.{name}", value) is accepts(f"common.{name}", value)


TEXTS = ("int", "bytes", "datetime", "date", "time", "duration", "decimal", "uuid")


@pytest.mark.parametrize("tag", TEXTS)
def test_models_and_codec_agree_on_tags(tag):
    """Both check the form of a tag; neither may be stricter than the other."""
    texts = st.from_regex(SCHEMAS["value"]["$defs"][tag]["pattern"]) | st.sampled_from(
        [one["document"] for kind in ("valid", "invalid") for one in examples(f"value.{tag}", kind)]
    )

    @settings(quick, max_examples=150)
    @given(
        texts, st.integers(0, 12), st.sampled_from(["", "0", "9", "\n", "-", "+", "Z", "z", ".", "=", "E", "\u0661"])
    )
    def agree(payload, place, inserted):
        if isinstance(payload, str):
            payload = payload[:place] + inserted + payload[place:]
        try:
            codec.from_tree({f"${tag}": payload})
            decodes = True
        except ValueEncodingError as error:
            decodes = error.code == "value.out_of_range"  # a bound on size, not on form
        assert model_accepts("value", {f"${tag}": payload}) is decodes

    agree()
