#version 450
// The frame of every elementwise kernel: what its body may call. The body, and the operands, are written into
// the compiled module in place of main(), which only keeps all functions from being left out.
#extension GL_GOOGLE_include_directive : require
layout(local_size_x = 64) in;
#include "common.glsl"
#include "functions.glsl"
#include "all_functions.glsl"

void main() { all_functions(linear_index()); }
