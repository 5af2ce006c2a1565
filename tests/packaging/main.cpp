// A project that uses heed: builds a graph, differentiates it, runs it.
#include <cstdio>
#include <vector>

#include <heed/autodiff/gradients.h>
#include <heed/backends/backend.h>
#include <heed/backends/executable.h>
#include <heed/graph/graph.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/reduce.h>

int main() {
  using namespace heed;
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {3});
  const Tensor length = sum(square(x));
  const std::vector<Tensor> slope = gradients(length, std::vector{x});
  Variables variables(open_backend("reference"), /*seed=*/1);
  Executable program = compile({length, slope[0]}, variables);
  program.run({{x, Array({3}, std::vector<float>{1, 2, 3})}});

  std::printf("%g; %g %g %g\n", program.scalar(length), program.value(slope[0]).number(0),
              program.value(slope[0]).number(1), program.value(slope[0]).number(2));
}
