// heed-bench compile: what compiling costs, by the size of the graph.
#include <ctime>

#include "commands.h"
#include <fmt/format.h>
#include <malloc.h>
#include <nlohmann/json.hpp>

#include <heed/autodiff/gradients.h>
#include <heed/backends/executable.h>
#include <heed/models/training/optimizer.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/matmul.h>
#include <heed/ops/reduce.h>

namespace heed::bench {

namespace {

// Of the processor, so that what else runs on the machine does not count; compiling takes one thread.
double seconds_now() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

// Bytes that the program holds.
double held_mib() {
  const struct mallinfo2 info = mallinfo2();
  return static_cast<double>(info.uordblks + info.hblkhd) / (1 << 20);
}

// A training step of a deep network with a layer for about every 40 nodes: products, biases, activations,
// their gradients, clipping and Adam. The tensors are small, so that the graph is what costs.
struct DeepNetwork {
  explicit DeepNetwork(std::int64_t layers) {
    Tensor h = graph.input("x", DType::f32, {4, 8});
    for (std::int64_t i = 0; i < layers; ++i) {
      const auto scope = graph.scope(fmt::format("layer{}", i));
      const Tensor w = graph.variable("w", DType::f32, {8, 8}, normal_with(0, 0.3));
      const Tensor b = graph.variable("b", DType::f32, {8}, zeros());
      h = h + tanh(matmul(h, w) + b);
    }
    loss = sum(h * h);
    const Tensors parameters = graph.variables();
    const ClippedGradients clipped = clip_by_global_norm(gradients(loss, parameters), 1.0);
    updates = adam(parameters, clipped.gradients);
  }
  Graph graph;
  Tensor loss;
  Updates updates;
};

struct Measured {
  std::size_t nodes = 0, steps = 0;
  double build = 0, compile = 0, mib = 0;  // seconds, the best of all repetitions
};

Measured measure(std::int64_t nodes, const CompileFlags& flags, const std::shared_ptr<Backend>& backend) {
  const DeepNetwork sample(20);
  const auto layers = std::max<std::int64_t>(1, nodes * 20 / static_cast<std::int64_t>(sample.graph.size()));
  Measured best;
  for (int i = 0; i < flags.repetitions; ++i) {
    const double begin = seconds_now();
    const DeepNetwork network(layers);
    const double built = seconds_now();
    const double before = held_mib();
    Variables variables(backend);
    const Executable executable = compile({network.loss}, network.updates, variables);
    const double compiled = seconds_now() - built;
    const Measured now{network.graph.size(), executable.plan().steps.size(), built - begin, compiled,
                       held_mib() - before};
    if (i == 0 || now.compile < best.compile) best = now;
  }
  return best;
}

}  // namespace

void compile_graphs(const CompileFlags& flags) {
  const auto backend = open_backend(flags.backend.empty() ? backend_names().front() : flags.backend);
  nlohmann::json results = nlohmann::json::array();
  Measured last;
  if (!flags.json) {
    fmt::print("{:>8} {:>8} {:>10} {:>11} {:>9}  times as much time, memory\n", "nodes", "steps", "build s",
               "compile s", "MiB");
  }
  for (const std::int64_t nodes : flags.nodes) {
    const Measured now = measure(nodes, flags, backend);
    results.push_back({{"nodes", now.nodes},
                       {"steps", now.steps},
                       {"build_s", now.build},
                       {"compile_s", now.compile},
                       {"mib", now.mib}});
    if (!flags.json) {
      fmt::print("{:8} {:8} {:10.4f} {:11.4f} {:9.1f}", now.nodes, now.steps, now.build, now.compile,
                 now.mib);
      if (last.nodes > 0) fmt::print("  {:.1f} {:.1f}", now.compile / last.compile, now.mib / last.mib);
      fmt::print("\n");
    }
    last = now;
  }
  if (flags.json) fmt::print("{}\n", results.dump(2));
}

}  // namespace heed::bench
