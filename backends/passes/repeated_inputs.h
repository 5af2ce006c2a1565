// Elementwise ops that are given one tensor twice.
#pragma once

#include <heed/graph/graph.h>
#include <heed/ops/scalar_program.h>

namespace heed {

// Two inputs that are the same tensor become one, in the program and in the list.
void merge_repeated_inputs(ScalarProgram& program, Tensors& inputs);

}  // namespace heed
