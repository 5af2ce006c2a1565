// A run on fed arrays allocates nothing. This program counts every operator new, heed's included.
#include <atomic>
#include <cstdlib>
#include <new>

#include "../cpu_backends.h"
#include <doctest/doctest.h>

#include <heed/autodiff/gradients.h>
#include <heed/backends/executable.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/matmul.h>
#include <heed/ops/optimizer.h>
#include <heed/ops/random.h>
#include <heed/ops/reduce.h>

namespace {

std::atomic<bool> counting{false};
std::atomic<long> allocations{0};

void* counted(std::size_t size, std::size_t alignment) {
  if (counting.load(std::memory_order_relaxed)) ++allocations;
  const std::size_t whole = (size + alignment - 1) / alignment * alignment;
  void* memory = std::aligned_alloc(alignment, whole == 0 ? alignment : whole);
  if (!memory) throw std::bad_alloc();
  return memory;
}

// Allocations on all threads while `action` runs.
template <typename Action>
long count_allocations(const Action& action) {
  allocations = 0;
  counting = true;
  action();
  counting = false;
  return allocations;
}

}  // namespace

void* operator new(std::size_t size) {
  return counted(size, alignof(std::max_align_t));
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  return counted(size, static_cast<std::size_t>(alignment));
}
// Never inlined: GCC 12 sees free() beside the name of new, and warns that they are no pair.
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}

using namespace heed;

namespace {

// Two layers with dropout, trained by Adam; Adam's rate and corrections are fed.
struct Training {
  Graph graph;
  Tensor x, rate, correction, loss;
  Updates updates;

  Tensor parameter(const std::string& name, const Shape& shape) {
    return graph.variable(name, DType::f32, shape, normal_with(0, 0.1));
  }

  Training() {
    x = graph.input("x", DType::f32, {16, 8});
    rate = graph.input("rate", DType::f32, {});
    correction = graph.input("correction", DType::f32, {});
    const Tensor w1 = parameter("w1", {8, 32}), b1 = parameter("b1", {32});
    const Tensor w2 = parameter("w2", {32, 4}), b2 = parameter("b2", {4});
    const Tensor hidden = dropout(tanh(matmul(x, w1) + b1), 0.1);
    loss = mean(square(matmul(hidden, w2) + b2 - 1));
    const Tensors parameters{w1, b1, w2, b2};
    const Tensors slopes = gradients(loss, parameters);
    for (std::size_t i = 0; i < parameters.size(); ++i) update(parameters[i], slopes[i]);
  }

  void update(Tensor at, Tensor slope) {
    const std::string name = describe(at).substr(0, describe(at).find(' '));
    const AdamState old{at, graph.variable("first/" + name, DType::f32, at.shape(), zeros()),
                        graph.variable("second/" + name, DType::f32, at.shape(), zeros())};
    const AdamState next = adam_update(old, slope, rate, correction, correction, {});
    updates.push_back(graph.assign(old.parameter, next.parameter));
    updates.push_back(graph.assign(old.first_moment, next.first_moment));
    updates.push_back(graph.assign(old.second_moment, next.second_moment));
  }
};

}  // namespace

TEST_CASE("the counter sees heed's allocations") {
  CHECK(count_allocations([] { Graph().input("x", DType::f32, {2}); }) > 0);
  CHECK(count_allocations([] { Array array(DType::f32, {100}); }) > 0);
}

TEST_CASE("a hundred training steps allocate nothing") {
  for (const std::string& backend : heed::test::cpu_backends()) {
    CAPTURE(backend);
    Training training;
    Variables variables(open_backend(backend, {.threads = 2}), 1);
    Executable step = compile({training.loss}, training.updates, variables);
    const Array x(Shape{16, 8}, std::vector<float>(128, 0.5f));
    const Array rate = Array::scalar(1e-3f), correction = Array::scalar(0.5f);
    const auto run = [&] {
      step.run({{training.x, x}, {training.rate, rate}, {training.correction, correction}});
    };
    run();
    const float before = step.scalar(training.loss);
    const long count = count_allocations([&] {
      for (int i = 0; i < 100; ++i) run();
    });
    CHECK(count == 0);
    CHECK(step.scalar(training.loss) < before);
    CHECK(step.plan().state_copies == 0);
  }
}
