// SPDX-License-Identifier: MIT
// Nothing: carries the precompiled headers of the tests.
