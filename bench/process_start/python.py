#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""process_start: Python's own concurrent.futures, method spawn."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import process_start

if __name__ == "__main__":
    process_start.measure("spawn")
