"""Load tests as jobs: measured against the running service, kept as a run folder with date, machine and provider."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from engine.config import Settings
from engine.errors import BadInput
from engine.files import new_id, utc_now, write_json
from engine.jobs.queue import code_version, submit
from engine.jobs.results import Clock, machine, publish
from engine.jobs.runs import RunFolder, RunSpec
from engine.messages import Message
from engine.serving.asking import answering_run, examples, request
from engine.serving.client import InferenceClient
from engine.serving.keys import own_key
from engine.serving.load import Load, run_load
from engine.serving.meter import LOAD_TEST

if TYPE_CHECKING:
    from engine.jobs.hosting import Job


def loadtest_spec(settings: Settings, name: str, load: Load) -> RunSpec:
    """Return what a load test of an endpoint, or of a run's id, is to do. Raises NotFound when there is neither."""
    answering_run(settings, name)
    return RunSpec(
        run_id=new_id(),
        created_at=utc_now(),
        kind="loadtest",
        label=name,
        options={"clients": list(load.clients), "rows": load.rows, "seconds": load.seconds},
        code_version=code_version(),
    )


def submit_loadtest(settings: Settings, name: str, load: Load) -> RunFolder:
    """Queue a load test; it waits for a training that runs, which would be measured with it."""
    return submit(settings, loadtest_spec(settings, name, load))


def load_of(spec: RunSpec) -> Load:
    """Return what a load test's spec asks for. Raises BadInput when it was spoilt by hand."""
    try:
        return Load(tuple(map(int, spec.options["clients"])), int(spec.options["rows"]), float(spec.options["seconds"]))
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput("Run {run_id} is no load test.", run_id=spec.run_id) from error


def loadtest(job: Job) -> None:
    """Ask the running service as the spec says, and publish what was measured. Raises Failure when none answers."""
    spec, settings, clock = job.run.spec, job.settings, Clock()
    load, name = load_of(spec), spec.label
    job.say("started", pid=os.getpid())
    job.phase("ask")
    inputs = examples(settings, answering_run(settings, name))
    client = InferenceClient(settings)
    try:
        first = client.infer(name, request(inputs.takes, inputs.inputs[:1]))
        levels = run_load(
            client.url,
            name,
            inputs,
            load,
            headers={"Authorization": f"Bearer {own_key(settings)}", LOAD_TEST: "1"},
            should_stop=job.should_stop,
            progress=lambda clients, share: _say(job, load, clients, share),
        )
        memory_mib = (client.state() or {}).get("memory_mib")
    finally:
        client.close()
    report: dict[str, Any] = {
        "schema_version": 1,
        "run_id": job.run.run_id,
        "name": name,
        "load": asdict(load),
        "levels": [level.to_json() for level in levels],
        "measured_inputs": inputs.measured,
        "provider": first["parameters"]["provider"],
        "precision": first["parameters"]["precision"],
        "version": first["model_version"],
        "service_memory_mib": memory_mib,
        "machine": machine(),
        "seconds": clock.seconds(),
        "finished_at": utc_now(),
    }
    write_json(job.attempt.report_file, report)
    publish(job.run, job.attempt)
    job.say("finished")


def _say(job: Job, load: Load, clients: int, share: float) -> None:
    left = (1 - share) * load.seconds * len(load.clients)
    doing = Message("{n} clients ask at once", n=clients) if clients > 1 else Message("One client asks")
    job.say("step", fraction=share, seconds_left=round(left, 1), doing=doing.to_json())
