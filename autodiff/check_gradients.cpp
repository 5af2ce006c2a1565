#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <heed/autodiff/check_gradients.h>
#include <heed/autodiff/gradients.h>

namespace heed {

std::string to_string(const GradientCheck& check) {
  return fmt::format("{} at [{}]: gradient {}, finite difference {}, off by {:.3g}", check.tensor,
                     fmt::join(check.index, ", "), check.analytic, check.numeric, check.worst);
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

std::vector<std::int64_t> index_of(const Shape& shape, std::int64_t element) {
  std::vector<std::int64_t> index(static_cast<std::size_t>(shape.rank()));
  for (int axis = shape.rank(); axis-- > 0;) {
    index[static_cast<std::size_t>(axis)] = element % shape[axis];
    element /= shape[axis];
  }
  return index;
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
  GradientCheck result;
  result.worst = -1;
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
      if (error > result.worst)
        result = {error, describe(wrt[t]), i, index_of(values.shape(), i), exact, numeric};
    }
  }
  result.worst = std::max(result.worst, 0.0);
  return result;
}

GradientCheck check_gradients(const Evaluate& evaluate, Tensor loss, std::span<const Feed> point,
                              const GradientCheckOptions& options) {
  Tensors wrt;
  for (const Tensor& variable : loss.graph().variables()) {
    if (is_floating(variable.dtype())) wrt.push_back(variable);
  }
  return check_gradients(evaluate, loss, wrt, point, options);
}

}  // namespace heed
