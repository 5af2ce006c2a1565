#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <heed/autodiff/check_gradients.h>
#include <heed/autodiff/gradients.h>

namespace heed {

std::string to_string(const GradientCheck& check) {
  return fmt::format("{} element {}: gradient {}, finite difference {}, off by {:.3g}", check.tensor,
                     check.element, check.analytic, check.numeric, check.worst);
}

namespace {

// The index in `point` of a tensor's value; one is added, with the value it has now, if there is none.
std::size_t place_of(const Evaluate& evaluate, std::vector<Feed>& point, const Tensor& tensor) {
  const auto found =
      std::find_if(point.begin(), point.end(), [&](const Feed& feed) { return feed.input == tensor; });
  if (found != point.end()) return static_cast<std::size_t>(found - point.begin());
  point.push_back({tensor, evaluate(std::span(&tensor, 1), point).front()});
  return point.size() - 1;
}

}  // namespace

GradientCheck check_gradients(const Evaluate& evaluate, Tensor loss, std::span<const Tensor> wrt,
                              std::span<const Feed> point, const GradientCheckOptions& options) {
  const Tensors grads = gradients(loss, wrt);
  std::vector<Feed> at(point.begin(), point.end());
  std::vector<std::size_t> places;
  for (const Tensor& tensor : wrt) places.push_back(place_of(evaluate, at, tensor));
  const std::vector<Array> analytic = evaluate(grads, at);

  const auto loss_at = [&] { return evaluate(std::span(&loss, 1), at).front().number(0); };
  GradientCheck result{-1, {}, 0, 0, 0};
  for (std::size_t t = 0; t < wrt.size(); ++t) {
    Array& values = at[places[t]].values;
    const std::int64_t count = values.elements();
    const std::int64_t stride = std::max<std::int64_t>(1, count / options.most_elements);
    for (std::int64_t i = 0; i < count; i += stride) {
      const double x = values.number(i);
      const double step = options.step * std::max(1.0, std::abs(x));
      values.set_number(i, x + step);
      const double above = loss_at();
      values.set_number(i, x - step);
      const double below = loss_at();
      values.set_number(i, x);
      const double numeric = (above - below) / (2 * step);
      const double exact = analytic[t].number(i);
      double error = std::abs(exact - numeric) / std::max({1.0, std::abs(exact), std::abs(numeric)});
      if (std::isnan(error)) error = HUGE_VAL;
      if (error > result.worst) result = {error, describe(wrt[t]), i, exact, numeric};
    }
  }
  result.worst = std::max(result.worst, 0.0);
  return result;
}

}  // namespace heed
