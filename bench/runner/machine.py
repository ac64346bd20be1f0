# SPDX-License-Identifier: MIT
"""What a reader has to know about where and when the numbers were taken."""

from __future__ import annotations

import datetime
import os
import platform
import re
import subprocess
from pathlib import Path

from .cells import ROOT
from .workloads import CORES

PACKAGES = {"oneTBB": ["libtbb-dev"], "Boost": ["libboost-dev"], "Qt": ["qt6-base-dev"],
            "moodycamel": ["libconcurrentqueue-dev"], "glibc": ["libc6"]}  # fmt: skip


def output_of(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
        return done.stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def processor() -> str:
    names = re.findall(r"^model name\s*:\s*(.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return names[0] if names else platform.machine()


def system() -> str:
    release = Path("/etc/os-release")
    found = re.search(r'^PRETTY_NAME="?(.*?)"?$', release.read_text(), re.MULTILINE)
    return f"{found[1] if found else 'Linux'}, Linux {platform.release()}"


def compiler(folder: Path) -> str:
    cache = folder / "CMakeCache.txt"
    text = cache.read_text() if cache.exists() else ""
    found = dict(re.findall(r"^(CMAKE_\w+):\w+=(.*)$", text, re.MULTILINE))
    version = output_of(found.get("CMAKE_CXX_COMPILER", "c++"), "--version").splitlines()
    flags = " ".join(
        found.get(name, "") for name in ("CMAKE_CXX_FLAGS", "CMAKE_CXX_FLAGS_RELEASE")
    )
    return f"{version[0] if version else 'unknown'}, `{flags.strip()}`"


def libraries() -> str:
    versions = [f"Python {platform.python_version()}"]
    for name, packages in PACKAGES.items():
        version = output_of("dpkg-query", "-W", "-f", "${Version}", *packages)
        versions.append(f"{name} {version or 'not installed'}")
    return ", ".join(versions)


def load() -> str:
    return " ".join(f"{average:.2f}" for average in os.getloadavg())


def describe(folder: Path, load_before: str) -> list[tuple[str, str]]:
    commit = output_of("git", "describe", "--always", "--dirty") or "unknown"
    now = datetime.datetime.now(datetime.timezone.utc)
    return [
        ("Machine", f"{processor()}, {CORES} usable cores"),
        ("System", system()),
        ("Compiler", compiler(folder)),
        ("Libraries", libraries()),
        ("fanout", f"commit {commit}"),
        ("Date", now.strftime("%Y-%m-%d %H:%M UTC")),
        ("Load average", f"{load_before} before, {load()} after (1, 5, 15 minutes)"),
    ]
