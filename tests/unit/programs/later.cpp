// SPDX-License-Identifier: MIT
// A library that is loaded and unloaded while the program runs.
extern "C" int later() { return 7; }
