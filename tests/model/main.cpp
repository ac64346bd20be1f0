// SPDX-License-Identifier: MIT
// The program of the model: the library as shipped, the cases, and below them the model's own
// threads and memory.
#include "model.hpp"

int main(int argc, char** argv) { return model::run(argc, argv); }
