// An op of your own: its meaning in other ops, its gradient, and, if you like, its kernel. The op is the
// "snake" of Ziyin et al. 2020, x + sin(a x)^2 / a, which lets a network learn periodic functions.
#include <cmath>

#include <fmt/format.h>

#include <heed/autodiff/check_gradients.h>
#include <heed/backends/executable.h>
#include <heed/backends/host/host_backend.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/reduce.h>

using namespace heed;

// What the op means, on any hardware.
struct Snake final : Op {
  explicit Snake(double a) : a(a) {}
  std::string_view name() const override { return "snake"; }
  Attributes attributes() const override { return {{"a", a}}; }

  std::vector<TensorType> infer(Types inputs) const override {
    if (!is_floating(inputs[0].dtype)) throw ShapeError("takes a floating-point tensor");
    return {inputs[0]};
  }

  // Backends that know nothing of snakes run this.
  bool is_composite() const override { return true; }
  Tensors expand(std::span<const Tensor> inputs) const override {
    const Tensor x = inputs[0];
    return {x + square(sin(a * x)) / a};
  }

  // Without this function the expansion would be differentiated; it is written out to show how.
  std::optional<Gradients> gradient(const Applied& forward,
                                    std::span<const std::optional<Tensor>> outputs) const override {
    return Gradients{*outputs[0] * (1.0 + sin(2 * a * forward.inputs[0]))};
  }

  double a;
};

Tensor snake(Tensor x, double a, Where where = Where::current()) {
  return x.graph().apply_one(std::make_shared<Snake>(a), std::span(&x, 1), where);
}

// A kernel: made once for given shapes, run as often as the graph is. Inputs are dense unless the table says
// that the kernel takes strides.
host::Kernel make_snake(const Snake& op, const host::KernelRequest& request) {
  const std::int64_t count = request.outputs[0].type.shape.elements();
  const auto a = static_cast<float>(op.a);
  return {[=](const host::KernelCall& call) {
            const float* x = call.input<float>(0);
            float* y = call.output<float>(0);
            for (std::int64_t i = 0; i < count; ++i) {
              const float wave = std::sin(a * x[i]);
              y[i] = x[i] + wave * wave / a;
            }
          },
          0};
}

bool takes_f32(const Op&, Types inputs, Types) {
  return inputs[0].dtype == DType::f32;
}

Array run_on(std::shared_ptr<Backend> backend) {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {4});
  const Tensor y = snake(x, 2);
  const Feed point{x, Array({4}, std::vector<float>{-1, 0, 0.5, 2})};
  return evaluate_on(std::move(backend))(std::span(&y, 1), std::span(&point, 1)).front();
}

int main() {
  // Does the gradient fit the function? In float64, where differences can tell.
  Graph graph;
  const Tensor w = graph.variable("w", DType::f64, {3, 5}, normal_with(0, 1));
  const GradientCheck check =
      check_gradients(evaluate_on(open_backend("reference")), sum(snake(w, 1.5) * w), {});
  fmt::print("gradients are right to {:.0e}\n", check.worst);

  // By its expansion, on the fastest backend of this build.
  const Array expanded = run_on(open_backend(backend_names().front()));

  // By its own kernel, on a backend with the reference's kernels and one more.
  host::KernelTable kernels = dynamic_cast<host::HostBackend&>(*open_backend("reference")).kernels();
  kernels.add<Snake>(make_snake, {.accepts = takes_f32});
  const Array native = run_on(std::make_shared<host::HostBackend>("reference and snake", kernels, 1));

  double worst = 0;
  for (std::int64_t i = 0; i < native.elements(); ++i) {
    fmt::print("snake {:7.4f} {:7.4f}\n", expanded.number(i), native.number(i));
    worst = std::max(worst, std::abs(expanded.number(i) - native.number(i)));
  }
  return check.worst < 1e-8 && worst < 1e-6 ? 0 : 1;
}
