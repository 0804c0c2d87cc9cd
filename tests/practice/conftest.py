import os
import shutil
import socket
import subprocess
import sys

import pytest

from practice.settings import BASE_DIR
from tests.environment import TESTING


@pytest.fixture
def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@pytest.fixture(scope="session")
def _prepared_folder(tmp_path_factory):
    """Return a folder with all that a site needs before it starts, made once."""
    folder = tmp_path_factory.mktemp("prepared")
    env = {"PATH": os.environ["PATH"], **TESTING, "VAR_DIR": str(folder)}
    for command in (["migrate"], ["collectstatic", "--noinput"]):
        subprocess.run([sys.executable, "manage.py", *command, "--verbosity=0"], cwd=BASE_DIR, env=env, check=True)
    return folder


@pytest.fixture
def prepared(_prepared_folder, tmp_path):
    """Return VAR_DIR of a site that is ready to be started, as an environment variable."""
    shutil.copytree(_prepared_folder, tmp_path / "var")
    return {"VAR_DIR": str(tmp_path / "var")}
