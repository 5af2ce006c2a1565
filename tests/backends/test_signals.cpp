// Signals must never interrupt generated kernels, which borrow the stack pointer.
#include <csignal>

#include "../cpu_backends.h"
#include <doctest/doctest.h>
#include <sys/time.h>

#include <heed/backends/executable.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/matmul.h>
#include <heed/ops/reduce.h>

using namespace heed;

namespace {

volatile std::sig_atomic_t alarms = 0;

// A timer signal every 200 microseconds while it lives.
class Alarms {
 public:
  Alarms() {
    std::signal(SIGALRM, [](int) { alarms = alarms + 1; });
    set(200);
  }
  ~Alarms() {
    set(0);
    std::signal(SIGALRM, SIG_IGN);
  }

 private:
  static void set(int microseconds) {
    const itimerval interval{{0, microseconds}, {0, microseconds}};
    setitimer(ITIMER_REAL, &interval, nullptr);
  }
};

}  // namespace

TEST_CASE("runs under a storm of signals neither crash nor change a bit") {
  for (const std::string& backend : heed::test::cpu_backends()) {
    CAPTURE(backend);
    Graph graph;
    // Each layout of a product has generated code of its own.
    const Tensor a = graph.input("a", DType::f32, {200, 64});
    const Tensor b = graph.variable("b", DType::f32, {64, 130}, normal_with(0, 1));
    const Tensor c = heed::tanh(matmul(a, b));
    const Tensor d = matmul(c, b, {.transpose_b = true});
    const Tensor loss = sum(matmul(a, d, {.transpose_a = true}), {0});
    Variables variables(open_backend(backend, {.threads = 2}), 1);
    Executable run = compile({loss}, variables);
    Array values(DType::f32, {200, 64});
    for (std::int64_t i = 0; i < values.elements(); ++i)
      values.set_number(i, static_cast<double>(i % 17) / 17);
    run.run({{a, values}});
    const Array expected = run.value(loss);

    alarms = 0;
    const Alarms storm;
    const int runs = backend == "reference" ? 3 : 5000;
    bool same = true;
    for (int i = 0; i < runs; ++i) {
      run.run({{a, values}});
      same = same && run.value(loss) == expected;
    }
    CHECK(same);
    CHECK(alarms > 0);  // they were held back, not lost
  }
}
