"""What we give operators to run is right: looked at without an engine, so that every run can."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from django.conf import settings

from tests.running import ROOT

pytestmark = pytest.mark.one_database

DEPLOY = ROOT / "deploy"
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
QUEUES = {settings.CELERY_TASK_DEFAULT_QUEUE} | {
    route["queue"] for route in settings.CELERY_TASK_ROUTES.values()
}


def resources() -> Iterator[Any]:
    for manifest in MANIFESTS:
        yield from yaml.safe_load_all(manifest.read_text())


def pods() -> Iterator[tuple[str, Any]]:
    for resource in resources():
        spec = resource.get("spec", {})
        spec = spec.get("jobTemplate", {}).get("spec", spec)
        if "template" in spec:
            yield resource["metadata"]["name"], spec["template"]["spec"]


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda path: path.name)
def test_kubernetes_knows_every_word(manifest: Path) -> None:
    for resource in yaml.safe_load_all(manifest.read_text()):
        kubernetes_validate.validate(resource, kubernetes_validate.latest_version(), strict=True)


def test_no_pod_is_root_can_write_to_its_image_or_has_more_rights_than_none() -> None:
    names = []
    for name, pod in pods():
        names.append(name)
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert pod["automountServiceAccountToken"] is False, name
        for container in pod["containers"]:
            context = container["securityContext"]
            assert context["readOnlyRootFilesystem"] is True, name
            assert context["allowPrivilegeEscalation"] is False, name
            assert context["capabilities"] == {"drop": ["ALL"]}, name
            assert "memory" in container["resources"]["limits"], name
    assert len(names) == 6


def test_what_one_pod_writes_for_another_lies_where_both_reach_it() -> None:
    shared = {
        name
        for name, pod in pods()
        for volume in pod["volumes"]
        if volume.get("persistentVolumeClaim") == {"claimName": "mago-files"}
    }
    assert shared == {"mago-web", "mago-default", "mago-backup"}
    (claim,) = [r for r in resources() if r["metadata"]["name"] == "mago-files"]
    assert claim["spec"]["accessModes"] == ["ReadWriteMany"]


def test_a_worker_without_the_shared_files_runs_nothing_but_the_delivery_of_messages() -> None:
    """A copy of somebody's data or an export, written there, would be lost to whoever comes for it."""
    alone = set()
    for name, pod in pods():
        words = pod["containers"][0].get("command", [])
        shares = {"persistentVolumeClaim": {"claimName": "mago-files"}, "name": "data"}
        if "--queues" in words and shares not in pod["volumes"]:
            alone |= set(words[words.index("--queues") + 1].split(","))
        assert "worker" not in words or "--queues" in words, name
    assert alone == {"messages"}
    sent = {task for task, way in settings.CELERY_TASK_ROUTES.items() if way["queue"] in alone}
    assert sent == {"mago.messaging.tasks.*"}


def test_on_one_host_worker_and_web_have_one_folder_for_files(compose: Any) -> None:
    for name in ("web", "worker"):
        assert "data:/var/lib/mago" in compose["services"][name]["volumes"]
        unit = (DEPLOY / f"systemd/mago-{name}.service").read_text()
        assert "StateDirectory=mago\n" in unit


def test_web_has_probes_and_lets_requests_end_and_grows() -> None:
    web = dict(pods())["mago-web"]
    container = web["containers"][0]
    paths = [container[f"{kind}Probe"]["httpGet"]["path"] for kind in ("startup", "liveness", "readiness")]  # fmt: skip
    assert paths == ["/health/live", "/health/live", "/health/ready"]
    assert "preStop" in container["lifecycle"]
    # The wait before the stop, and granian's own patience for what is under way.
    assert web["terminationGracePeriodSeconds"] >= 8 + 20
    grown = {r["spec"]["scaleTargetRef"]["name"] for r in resources() if r["kind"] == "HorizontalPodAutoscaler"}  # fmt: skip
    assert grown == {"mago-web", "mago-messages", "mago-default"}


def test_one_policy_refuses_everything_and_the_others_open_what_is_needed() -> None:
    policies = {r["metadata"]["name"]: r["spec"] for r in resources() if r["kind"] == "NetworkPolicy"}  # fmt: skip
    assert policies["nothing"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    assert len(policies) == 4


def test_no_secret_lies_in_a_file_of_ours() -> None:
    assert [r for r in resources() if r["kind"] == "Secret"] == []
    for path in DEPLOY.rglob("*"):
        if path.is_file():
            assert not re.search(
                r"BEGIN [A-Z ]*PRIVATE KEY|SECRET_KEY[:=] ?\S{20}", path.read_text()
            )


# --- compose ---


@pytest.fixture(scope="module")
def compose() -> Any:
    return yaml.safe_load((DEPLOY / "compose/compose.yaml").read_text())


def test_only_the_proxy_is_reached_from_outside(compose: Any) -> None:
    open_to_all = {name: s["ports"] for name, s in compose["services"].items() if "ports" in s}
    assert open_to_all == {"traefik": ["80:80", "443:443"]}
    # Database and broker have no network at all: sockets in volumes are their doors.
    for name in ("postgresql", "valkey"):
        assert compose["services"][name]["network_mode"] == "none"


def test_every_container_is_read_only_and_without_rights(compose: Any) -> None:
    for name, service in compose["services"].items():
        assert service["read_only"] is True, name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert name == "postgresql" or service["cap_drop"] == ["ALL"], name


def test_every_variable_of_ours_exists(compose: Any) -> None:
    from mago.settings import env, main  # noqa: F401

    named = set(compose["x-mago"]["environment"])
    named |= {name for r in resources() if r["kind"] == "ConfigMap" for name in r["data"]}
    example = (DEPLOY / "systemd/mago.env.example").read_text()
    named |= set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE))
    assert {name.removesuffix("_FILE") for name in named} <= set(env.DECLARED)


def test_volumes_secrets_and_dependencies_are_declared(compose: Any) -> None:
    for name, service in compose["services"].items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source.startswith("./") or source in compose["volumes"], name
        assert set(service.get("secrets", [])) <= set(compose["secrets"]), name
        assert set(service.get("depends_on", {})) <= set(compose["services"]), name


# --- all of them ---


def test_workers_take_every_queue() -> None:
    files = [DEPLOY / "compose/compose.yaml", DEPLOY / "systemd/mago-worker.service",
             DEPLOY / "kubernetes/workers.yaml", ROOT / "Procfile"]  # fmt: skip
    for file in files:
        listed = re.findall(r'--queues"?,? "?([a-z,]+)', file.read_text())
        assert {queue for some in listed for queue in some.split(",")} == QUEUES, file


def test_the_image_is_made_from_checked_files_and_runs_as_nobody() -> None:
    text = (DEPLOY / "Dockerfile").read_text()
    assert "--require-hashes --only-binary :all:" in text
    stages = text.split("\nFROM ")
    assert "USER 10001:10001" in stages[-1]
    assert 'CMD ["granian"' in stages[-1]


# --- systemd ---


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units as they would be installed, with programs at the places that they name."""
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed")
    for program in ("granian", "celery", "python"):
        place = tmp_path / ".venv/bin" / program
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(shutil.which("true") or "/bin/true", place)
    (tmp_path / "app").mkdir()
    for unit in (DEPLOY / "systemd").iterdir():
        (tmp_path / unit.name).write_text(unit.read_text().replace("/opt/mago", str(tmp_path)))
    return tmp_path


def test_systemd_knows_every_word_and_finds_each_unit_hardened(units: Path) -> None:
    names = [
        unit.name for unit in (DEPLOY / "systemd").iterdir() if not unit.name.endswith("example")
    ]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *names],
        cwd=units, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    for unit in UNITS:
        done = subprocess.run(
            ["systemd-analyze", "security", "--offline=true", "--threshold=15", "--no-pager", f"./{unit.name}"],
            cwd=units, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-200:]


def test_the_programs_that_are_named_exist() -> None:
    for program in ("granian", "celery"):
        assert (Path(sys.executable).parent / program).exists()
