#include <algorithm>
#include <array>
#include <span>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <heed/models/attention/luong.h>
#include <heed/ops/additive_scores.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/mask.h>
#include <heed/ops/matmul.h>
#include <heed/ops/views.h>
#include <heed/ops/window.h>

namespace heed {

namespace {

constexpr std::array<std::string_view, 4> score_names{"dot", "general", "concat", "location"};
constexpr std::array<std::string_view, 3> window_names{"global", "local-m", "local-p"};

// The place of `name`, which is one of several kinds of `what`.
std::size_t place_of(std::string_view name, std::span<const std::string_view> names, const char* what) {
  const auto found = std::ranges::find(names, name);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  throw Error(fmt::format("Luong's {} are {}, not \"{}\"", what, fmt::join(names, ", "), name));
}

Shape shape_of_matrix(const LuongAttentionOptions& o) {
  if (o.score == LuongScore::concat) return {2 * o.units, o.units};
  if (o.score == LuongScore::location) return {o.longest, o.units};
  return {o.units, o.units};
}

}  // namespace

std::string_view name_of(LuongScore score) {
  return score_names[static_cast<std::size_t>(score)];
}

std::string_view name_of(LuongWindow window) {
  return window_names[static_cast<std::size_t>(window)];
}

LuongScore luong_score(std::string_view name) {
  return static_cast<LuongScore>(place_of(name, score_names, "scores"));
}

LuongWindow luong_window(std::string_view name) {
  return static_cast<LuongWindow>(place_of(name, window_names, "windows"));
}

LuongAttention::LuongAttention(Graph& graph, const std::string& name, const LuongAttentionOptions& options,
                               Where where)
    : options_(options) {
  const std::int64_t n = options.units;
  if (options.score == LuongScore::location && options.longest < 1) {
    throw Error(
        fmt::format("{}: location attention needs to know how many positions there are at most\n  at {}",
                    name, describe(where)));
  }
  const auto variable = [&](const char* part, const Shape& shape, std::int64_t fan_in, std::int64_t fan_out) {
    const Initializer initializer = options.initializer.value_or(glorot_uniform(fan_in, fan_out));
    return graph.variable(name + "/" + part, options.dtype, shape, initializer, where);
  };
  if (options.score != LuongScore::dot) {
    const Shape shape = shape_of_matrix(options);
    W_a = variable("W_a", shape, shape[0], n);
  }
  if (options.score == LuongScore::concat) v_a = variable("v_a", {n}, n, 1);
  if (options.window == LuongWindow::local_p) {
    W_p = variable("W_p", {n, n}, n, n);
    v_p = variable("v_p", {n, 1}, n, 1);
  }
}

LuongAttention::Memory LuongAttention::project(Tensor h_s, Tensor lengths, Where where) const {
  const auto origin = h_s.graph().at(where);
  const std::int64_t n = options_.units;
  switch (options_.score) {
    case LuongScore::general:
      return {h_s, matmul(h_s, W_a), lengths};
    case LuongScore::concat:
      return {h_s, matmul(h_s, slice(W_a, 0, n, n)), lengths};
    case LuongScore::dot:
    case LuongScore::location:
      break;
  }
  return {h_s, h_s, lengths};
}

Tensor LuongAttention::score(Tensor h_t, const Memory& memory) const {
  switch (options_.score) {
    case LuongScore::dot:
    case LuongScore::general:
      break;
    case LuongScore::concat:
      return additive_scores(matmul(h_t, slice(W_a, 0, 0, options_.units)), memory.keys, v_a);
    case LuongScore::location:
      return location_scores(h_t, W_a, memory.states.shape()[1]);
  }
  return matmul(h_t, memory.keys, {.transpose_b = true});
}

Tensor LuongAttention::centre(Tensor h_t, Tensor positions, const Memory& memory) const {
  const Shape shape = h_t.shape().without(2);
  const Tensor lengths = insert_axis(cast(memory.lengths, h_t.dtype()), 1);
  if (options_.window == LuongWindow::local_m) {
    return broadcast_to(minimum(cast(positions, h_t.dtype()), lengths - 1.0), shape);
  }
  const Tensor share = sigmoid(reshape(matmul(tanh(matmul(h_t, W_p)), v_p), shape));
  return lengths * share - 1.0;  // eq. 9, from 0
}

Attended LuongAttention::operator()(Tensor h_t, Tensor positions, const Memory& memory, Where where) const {
  const auto origin = h_t.graph().at(where);
  const std::int64_t size = memory.states.shape()[1];
  Tensor visible = insert_axis(is_within(memory.lengths, size), 1);
  const Tensor scores = score(h_t, memory);
  Tensor a_t;
  if (options_.window == LuongWindow::global) {
    a_t = masked_softmax(scores, visible);  // eq. 7
  } else {
    const Tensor p_t = centre(h_t, positions, memory);
    const auto half_width = static_cast<double>(options_.half_width);
    visible = logical_and(visible, in_window(stop_gradient(p_t), size, half_width));
    a_t = masked_softmax(scores, visible);
    if (options_.window == LuongWindow::local_p) a_t = a_t * gaussian_window(p_t, size, half_width / 2);
  }
  return {matmul(a_t, memory.states), a_t, scores};
}

}  // namespace heed
