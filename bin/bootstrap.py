"""Prepare `.venv` from the hashed locks, then become the program that was asked for.

Standard library only, and written so that an old Python can parse it: that Python then gets a
sentence, not a traceback.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import json
import os
import platform
import shutil
import subprocess
import sys

OLDEST = (3, 11)
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
STAMP = os.path.join(VENV, "mago-stamp.json")
RUN = "requirements.txt"
DEV = "requirements-dev.txt"  # holds everything that RUN holds
UV = os.path.join("bin", "uv.txt")


def start(lock, *arguments):
    """Replace this process by the virtual environment's Python with these arguments."""
    prepare(lock)
    # Without its bytecode on disk Django compiles itself anew at every start: two seconds of CPU.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.execv(PYTHON, [PYTHON, *arguments])


def prepare(lock):
    """Make `.venv` hold what `lock` lists, or say in one sentence why it cannot."""
    refuse_old_python(sys.version_info)
    os.chdir(ROOT)
    try:
        if not is_ready(lock):
            with one_at_a_time():
                # Another start may have done the work while this one waited.
                if not is_ready(lock):
                    build(lock)
    except KeyboardInterrupt:
        sys.exit("\nStopped before .venv was complete; the next start makes it again.")
    except OSError as error:
        sys.exit(f"Mago cannot prepare .venv: {error}")


def refuse_old_python(version):
    if tuple(version[:2]) < OLDEST:
        sys.exit(
            f"Mago needs Python {OLDEST[0]}.{OLDEST[1]} or newer, and this is Python "
            f"{version[0]}.{version[1]}. Start it with a newer one, for example: "
            f"python3.12 {os.path.relpath(sys.argv[0])}"
        )


def is_ready(lock):
    """True when an installation was finished by this Python, here, from the lock as it is now."""
    stamp = read_stamp()
    return (
        stamp.get("maker") == maker()
        and stamp.get(lock) == digest(lock)
        and os.path.exists(PYTHON)  # false, too, for a link to a Python that was removed
    )


def maker():
    """Which Python makes the environment, and where: the scripts in it name both."""
    return f"Python {platform.python_version()} of {sys.base_prefix} for {ROOT}"


def digest(lock):
    with open(os.path.join(ROOT, lock), "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def read_stamp():
    try:
        with open(STAMP, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError):
        return {}


def write_stamp(lock):
    stamp = {"maker": maker()}
    for included in [RUN, DEV] if lock == DEV else [lock]:
        stamp[included] = digest(included)
    with open(STAMP, "w", encoding="utf-8") as file:
        json.dump(stamp, file, indent=2)


@contextlib.contextmanager
def one_at_a_time():
    """Hold this very file locked, so that no lock file is left lying about."""
    with open(os.path.abspath(__file__), "ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Waiting for another start that is preparing .venv ...", file=sys.stderr)
            fcntl.flock(file, fcntl.LOCK_EX)
        os.set_inheritable(file.fileno(), True)
        yield


def build(lock):
    """Install `lock` into a new `.venv`, or on top of a finished one that this Python made."""
    print("Installing the locked packages into .venv (once) ...", file=sys.stderr)
    fresh = read_stamp().get("maker") != maker() or not os.path.exists(PYTHON)
    # From here until the end there is no stamp: what is interrupted is made anew.
    with contextlib.suppress(FileNotFoundError):
        os.remove(STAMP)
    if not (install_with_uv(lock, fresh) or install_with_pip(lock, fresh)):
        sys.exit(f"Mago could not install {lock}: the reason is above.")
    write_stamp(lock)


def install_with_uv(lock, fresh):
    uv = shutil.which("uv")
    if uv is None:
        return False
    made = not fresh or succeeds(uv, "venv", "--quiet", "--python", base_python(), VENV)
    return made and uv_install(uv, lock)


def install_with_pip(lock, fresh):
    if fresh or not os.path.exists(os.path.join(VENV, "bin", "pip")):
        if importlib.util.find_spec("ensurepip") is None:
            sys.exit(
                "This Python cannot make virtual environments. Install what it lacks (Debian and "
                f"Ubuntu: apt-get install python{sys.version_info[0]}.{sys.version_info[1]}-venv), "
                "or uv, and start again."
            )
        if not succeeds(base_python(), "-m", "venv", "--clear", VENV):
            return False
    # uv takes a fifth of the time that pip takes; where it cannot be had, pip does it all.
    if pip_install(UV) and uv_install(os.path.join(VENV, "bin", "uv"), lock):
        return True
    return pip_install(lock)


def uv_install(uv, lock):
    return succeeds(
        uv, "pip", "install", "--quiet", "--python", PYTHON, "--require-hashes", "-r", lock
    )


def pip_install(lock):
    return succeeds(
        PYTHON, "-m", "pip", "install", "-qq", "--no-compile", "--require-hashes", "-r", lock
    )


def succeeds(*command):
    """Run the command; what it says is shown only when it fails."""
    done = subprocess.run(
        command,
        env=with_mirror(os.environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        close_fds=False,  # it keeps the lock, should this process be killed before it ends
    )
    if done.returncode:
        print(done.stdout, file=sys.stderr)
    return done.returncode == 0


def with_mirror(environment):
    """Point uv at the mirror that is set for pip: uv does not read pip's variables."""
    mirror = environment.get("PIP_INDEX_URL")
    defaults = {"UV_VENV_CLEAR": "1"}  # else uv asks before it replaces an environment
    if mirror:
        defaults["UV_DEFAULT_INDEX"] = mirror
    return {**defaults, **environment}


def base_python():
    """The Python outside any virtual environment, in case one is active now."""
    return getattr(sys, "_base_executable", None) or sys.executable
