"""Recordings in the tests: where they are written, how they are read, and what `headwater check` says of them."""

import gzip
import json
import os
import pathlib
import subprocess
import tempfile

PROGRAM = os.environ.get("HEADWATER_PROGRAM")


class Folder:
    """A folder for files that a test writes."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        return pathlib.Path(self.folder.name)

    def __exit__(self, *_):
        self.folder.cleanup()


def lines(path):
    data = pathlib.Path(path).read_bytes()
    text = (gzip.decompress(data) if str(path).endswith(".gz") else data).decode()
    return [json.loads(line) for line in text.splitlines()]


def read(path):
    """The header, the steps and all other lines."""
    header, *rest = lines(path)
    assert header["type"] == "header"
    return header, [line for line in rest if line["type"] == "step"], [line for line in rest if line["type"] != "step"]


def check(path):
    """Fails if the program finds the recording unsound. Without HEADWATER_PROGRAM nothing is checked."""
    if PROGRAM is None:
        return
    told = subprocess.run([PROGRAM, "check", os.fspath(path)], capture_output=True, text=True)
    assert told.returncode == 0, told.stdout + told.stderr
    assert "warning" not in told.stderr.lower(), told.stderr
