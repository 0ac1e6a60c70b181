"""The start from a fresh clone: bin/bootstrap.py, without network and without installing."""

import ast
import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

BIN = Path(__file__).parents[2] / "bin"


@pytest.fixture
def bootstrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module, at work in an empty clone; `installed` lists what it would have installed."""
    spec = importlib.util.spec_from_file_location("bootstrap", BIN / "bootstrap.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    for lock in (module.RUN, module.DEV):
        (tmp_path / lock).write_text(f"{lock} as it is at first\n")
    venv = tmp_path / ".venv"
    monkeypatch.setattr(module, "ROOT", str(tmp_path))
    monkeypatch.setattr(module, "VENV", str(venv))
    monkeypatch.setattr(module, "PYTHON", str(venv / "bin" / "python"))
    monkeypatch.setattr(module, "STAMP", str(venv / "mago-stamp.json"))
    monkeypatch.chdir(tmp_path)
    module.installed = []

    def install(lock: str, fresh: bool) -> bool:
        (venv / "bin").mkdir(parents=True, exist_ok=True)
        (venv / "bin" / "python").touch()
        module.installed.append((lock, fresh))
        return True

    monkeypatch.setattr(module, "install_with_uv", install)
    return module


def test_a_second_start_installs_nothing(bootstrap: ModuleType) -> None:
    bootstrap.prepare(bootstrap.RUN)
    bootstrap.prepare(bootstrap.RUN)
    assert bootstrap.installed == [(bootstrap.RUN, True)]


def test_tests_add_to_what_a_run_installed_and_a_run_keeps_it(bootstrap: ModuleType) -> None:
    bootstrap.prepare(bootstrap.RUN)
    bootstrap.prepare(bootstrap.DEV)
    bootstrap.prepare(bootstrap.RUN)
    assert bootstrap.installed == [(bootstrap.RUN, True), (bootstrap.DEV, False)]


def test_a_changed_lock_is_installed_on_top(bootstrap: ModuleType) -> None:
    bootstrap.prepare(bootstrap.RUN)
    Path(bootstrap.ROOT, bootstrap.RUN).write_text("changed\n")
    bootstrap.prepare(bootstrap.RUN)
    assert bootstrap.installed == [(bootstrap.RUN, True), (bootstrap.RUN, False)]


def test_an_interrupted_installation_is_made_anew(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    bootstrap.prepare(bootstrap.RUN)
    with monkeypatch.context() as patch:
        patch.setattr(bootstrap, "install_with_uv", interrupt)
        with pytest.raises(SystemExit, match="Stopped"):
            bootstrap.prepare(bootstrap.DEV)
    bootstrap.prepare(bootstrap.RUN)
    assert bootstrap.installed == [(bootstrap.RUN, True), (bootstrap.RUN, True)]


def interrupt(lock: str, fresh: bool) -> bool:
    raise KeyboardInterrupt


def test_a_failed_installation_is_not_taken_for_a_finished_one(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "install_with_uv", lambda lock, fresh: False)
    monkeypatch.setattr(bootstrap, "install_with_pip", lambda lock, fresh: False)
    with pytest.raises(SystemExit, match="could not install"):
        bootstrap.prepare(bootstrap.RUN)
    assert not bootstrap.is_ready(bootstrap.RUN)


@pytest.mark.parametrize("change", ["another Python", "a removed Python", "a damaged stamp"])
def test_an_environment_that_is_not_ours_is_rebuilt(bootstrap: ModuleType, change: str) -> None:
    bootstrap.prepare(bootstrap.RUN)
    stamp = Path(bootstrap.STAMP)
    if change == "another Python":
        stamp.write_text(json.dumps({**json.loads(stamp.read_text()), "maker": "Python 3.11.0"}))
    elif change == "a removed Python":
        Path(bootstrap.PYTHON).unlink()
    else:
        stamp.write_text("{")
    bootstrap.prepare(bootstrap.RUN)
    assert bootstrap.installed == [(bootstrap.RUN, True), (bootstrap.RUN, True)]


def test_pip_does_it_where_uv_cannot(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    install = bootstrap.install_with_uv
    monkeypatch.setattr(bootstrap, "install_with_uv", lambda lock, fresh: False)
    monkeypatch.setattr(bootstrap, "install_with_pip", install)
    bootstrap.prepare(bootstrap.RUN)
    assert bootstrap.is_ready(bootstrap.RUN)


def test_a_python_without_venv_hears_what_to_install(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SystemExit, match=r"apt-get install python3\.\d+-venv"):
        bootstrap.install_with_pip(bootstrap.RUN, True)


def test_an_old_python_hears_which_one_is_needed(bootstrap: ModuleType) -> None:
    with pytest.raises(SystemExit, match=r"needs Python 3\.11 or newer, and this is Python 3\.8\."):
        bootstrap.refuse_old_python((3, 8, 18))
    bootstrap.refuse_old_python(sys.version_info)


@pytest.mark.parametrize("name", ["bootstrap.py", "run", "test", "lint", "bench"])
def test_an_old_python_can_parse_the_start(name: str) -> None:
    ast.parse((BIN / name).read_text(), feature_version=(3, 8))


def test_a_mirror_that_is_set_for_pip_serves_uv(bootstrap: ModuleType) -> None:
    mirror = {"PIP_INDEX_URL": "https://mirror.test/simple"}
    assert bootstrap.with_mirror(mirror)["UV_DEFAULT_INDEX"] == mirror["PIP_INDEX_URL"]
    assert "UV_DEFAULT_INDEX" not in bootstrap.with_mirror({})


def test_a_mirror_that_is_set_for_uv_stays(bootstrap: ModuleType) -> None:
    both = {"PIP_INDEX_URL": "https://pip.test/", "UV_DEFAULT_INDEX": "https://uv.test/"}
    assert bootstrap.with_mirror(both)["UV_DEFAULT_INDEX"] == "https://uv.test/"


def test_the_program_is_started_and_may_keep_its_bytecode(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    bootstrap.prepare(bootstrap.RUN)
    started = []
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setattr("os.execv", lambda path, arguments: started.append(arguments))
    bootstrap.start(bootstrap.RUN, "manage.py", "serve")
    assert started == [[bootstrap.PYTHON, "manage.py", "serve"]]
    assert "PYTHONDONTWRITEBYTECODE" not in bootstrap.os.environ
