#include "op_runs.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <heed/autodiff/gradients.h>
#include <heed/backends/executable.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/philox.h>
#include <heed/ops/reduce.h>

namespace heed::test {

double unit(std::uint32_t stream, std::int64_t i) {
  return philox({static_cast<std::uint32_t>(i), stream, 7, 7}, {1, 2})[0] * 0x1p-32;
}

Array draw(const CaseInput& input, DType real, std::uint32_t stream) {
  const bool is_real = input.index_type == DType::f64;
  Array values(is_real ? real : input.index_type, input.shape);
  for (std::int64_t i = 0; i < values.elements(); ++i) {
    const double value = input.low + (input.high - input.low) * unit(stream, i);
    values.set_number(i, is_real ? value : std::floor(value));
  }
  return values;
}

Built build(const OpCase& row, DType real) {
  Built built;
  for (std::size_t i = 0; i < row.inputs.size(); ++i) {
    const Array drawn = draw(row.inputs[i], DType::f32, static_cast<std::uint32_t>(i));
    const DType dtype = drawn.dtype() == DType::f32 ? real : drawn.dtype();
    const Tensor tensor = built.graph->input(fmt::format("x{}", i), dtype, row.inputs[i].shape);
    built.inputs.push_back(tensor);
    if (dtype == real) built.reals.push_back(tensor);
    built.point.push_back({tensor, drawn.converted(dtype)});
  }
  built.result = row.build(built.inputs);
  return built;
}

Tensor weighted_sum(Tensor x, std::uint32_t stream) {
  Array weights(x.dtype(), x.shape());
  for (std::int64_t i = 0; i < weights.elements(); ++i) weights.set_number(i, 0.5 + unit(stream, i));
  return sum(x * x.graph().constant(std::move(weights)));
}

double distance(double a, double b) {
  if (a == b || (std::isnan(a) && std::isnan(b))) return 0;
  const double off = std::abs(a - b) / std::max({1.0, std::abs(a), std::abs(b)});
  return std::isnan(off) ? HUGE_VAL : off;
}

double worst_distance(const Array& a, const Array& b) {
  double worst = 0;
  for (std::int64_t i = 0; i < a.elements(); ++i) worst = std::max(worst, distance(a.number(i), b.number(i)));
  return worst;
}

std::vector<Array> run(const std::shared_ptr<Backend>& backend, const Built& built, const Tensors& fetches) {
  return evaluate_on(backend)(fetches, built.point);
}

std::vector<Array> run(const std::string& backend, const Built& built, const Tensors& fetches, int threads) {
  return run(open_backend(backend, {.threads = threads}), built, fetches);
}

Tensors everything(const OpCase& row, const Built& built) {
  Tensors fetches{built.result};
  if (!row.differentiable) return fetches;
  for (const Tensor& gradient : gradients(weighted_sum(built.result, 99), built.reals))
    fetches.push_back(gradient);
  return fetches;
}

std::vector<double> distances(const std::shared_ptr<Backend>& backend, const OpCase& row) {
  const Built exact = build(row, DType::f64);
  const Built built = build(row, DType::f32);
  const std::vector<Array> expected = run("reference", exact, everything(row, exact));
  const std::vector<Array> got = run(backend, built, everything(row, built));
  std::vector<double> off;
  for (std::size_t i = 0; i < got.size(); ++i) off.push_back(worst_distance(got[i], expected[i]));
  return off;
}

}  // namespace heed::test
