// A run may still be under way when run() returns: whatever comes next finds things as if it were done.
#include <doctest/doctest.h>

#include <heed/backends/executable.h>
#include <heed/backends/vulkan/vulkan_backend.h>
#include <heed/graph/error.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/matmul.h>
#include <heed/ops/reduce.h>

using namespace heed;

namespace {

constexpr std::int64_t size = 192;

// Adds x x' / size to a variable, which nobody fetches: such a run has nothing to wait for.
struct Adding {
  Graph graph;
  Tensor x = graph.input("x", DType::f32, {size, size});
  Tensor total = graph.variable("total", DType::f32, {size, size}, zeros());
  Updates updates{graph.assign(total, total + matmul(x, x, {.transpose_b = true}) * (1.0 / size))};
};

Array filled(float value) {
  return Array({size, size}, std::vector<float>(size * size, value));
}

std::shared_ptr<Backend> open(bool host_visible) {
  return vulkan::open_as("vulkan", [=](vulkan::DeviceTraits& device) {
    device.host_visible = device.host_visible && host_visible;
  });
}

}  // namespace

TEST_CASE("runs that follow one another without a look at results are each done once, with their own feeds") {
  for (const bool host_visible : {true, false}) {
    CAPTURE(host_visible);
    Variables variables(open(host_visible), 1);
    Adding adding;
    Executable run = compile({}, adding.updates, variables);
    for (const float value : {1.0f, 2.0f, 3.0f}) run.run({{adding.x, filled(value)}});
    CHECK(variables.get("total").number(size + 1) == 1 + 4 + 9);
    run.run({{adding.x, filled(1.0f)}});
    variables.set("total", filled(0.5f));
    run.run({{adding.x, filled(1.0f)}});
    CHECK(variables.get("total").number(0) == 1.5);
  }
}

TEST_CASE("an executable may go, the arena may move and a profile may begin while a run is under way") {
  for (const bool host_visible : {true, false}) {
    CAPTURE(host_visible);
    Variables variables(open(host_visible), 1);
    Adding adding;
    {
      Executable run = compile({}, adding.updates, variables);
      run.run({{adding.x, filled(2.0f)}});
    }
    Executable run = compile({}, adding.updates, variables);
    run.run({{adding.x, filled(1.0f)}});
    Graph larger;  // whose working memory does not fit into what there was
    const Tensor y = larger.input("y", DType::f32, {8 * size, size});
    const Tensor result = sum(matmul(y, exp(y), {.transpose_b = true}));
    Executable other = compile({result}, variables);
    other.run({{y, Array({8 * size, size}, std::vector<float>(8 * size * size, 0.0f))}});
    CHECK(other.value(result).number(0) == 0);
    run.run({{adding.x, filled(1.0f)}});
    run.start_profile();
    run.run({{adding.x, filled(1.0f)}});
    CHECK(variables.get("total").number(7) == 4 + 1 + 1 + 1);
  }
}

TEST_CASE("results that are looked at late are those of their own run, whatever ran or was written since") {
  for (const bool host_visible : {true, false}) {
    CAPTURE(host_visible);
    const auto backend = open(host_visible);
    Variables variables(backend, 1);
    Graph graph;
    const Tensor x = graph.input("x", DType::f32, {size, size});
    const Tensor product = matmul(x, x), mean = sum(product) * (1.0 / (size * size));
    Executable first = compile({product, mean}, variables), second = compile({exp(x)}, variables);
    for (const float value : {1.0f, 2.0f, 3.0f}) first.run({{x, filled(value)}});
    second.run({{x, filled(0.0f)}});  // in the same memory
    CHECK(first.value(product).number(size + 1) == 9 * size);
    CHECK(first.scalar(mean) == 9 * size);

    first.run({{x, filled(1.0f)}});
    const std::uint64_t generation = backend->arena_generation();
    const Tensor y = graph.input("y", DType::f32, {16 * size, size});
    Executable larger = compile({exp(matmul(y, y, {.transpose_b = true}))}, variables);
    REQUIRE(backend->arena_generation() > generation);
    CHECK(first.scalar(mean) == size);
    first.run({{x, filled(2.0f)}});
    CHECK(first.scalar(mean) == 4 * size);
  }
}

TEST_CASE("a run that fails leaves the results of the one before") {
  Variables variables(open_backend("vulkan"), 1);
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {size, size});
  const Tensor total = sum(x);
  Executable run = compile({total}, variables);
  run.run({{x, filled(1.0f)}});
  CHECK_THROWS_AS(run.run(), Error);
  CHECK(run.scalar(total) == size * size);

  run.run({{x, filled(2.0f)}});
  const std::uint64_t generation = variables.backend().arena_generation();
  const Tensor y = graph.input("y", DType::f32, {16 * size, size});
  Executable larger = compile({exp(matmul(y, y, {.transpose_b = true}))}, variables);
  REQUIRE(variables.backend().arena_generation() > generation);
  CHECK_THROWS_AS(run.run(), Error);  // bound anew before
  CHECK(run.scalar(total) == 2 * size * size);
}

TEST_CASE("what another backend takes over from a device is what the device computed") {
  Variables variables(open_backend("reference"), 1);
  variables.also_on(open_backend("vulkan"));
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {size, size});
  Tensor there;
  {
    const auto on = graph.on("vulkan");
    there = matmul(x, x);
  }
  const Tensor here = exp(x), both = sum(there) + sum(here) * 0.0;
  Executable run = compile({both}, {}, variables);
  for (const float value : {1.0f, 2.0f}) {
    run.run({{x, filled(value)}});
    CHECK(run.value(both).number(0) == doctest::Approx(value * value * size * size * size));
  }
}
