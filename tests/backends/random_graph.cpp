#include "random_graph.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include <heed/graph/sources.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/matmul.h>
#include <heed/ops/pad.h>
#include <heed/ops/reduce.h>
#include <heed/ops/views.h>

namespace heed::test {

namespace {

constexpr std::int64_t most_elements = 400;

bool do_broadcast(const Shape& a, const Shape& b) {
  try {
    return broadcast(a, b).elements() <= most_elements;
  } catch (const ShapeError&) {
    return false;
  }
}

bool is_variable(const Node& node) {
  return dynamic_cast<const VariableRead*>(node.op.get()) != nullptr;
}

}  // namespace

std::vector<Executable::FeedRef> feeds_of(const RandomGraph& made) {
  std::vector<Executable::FeedRef> feeds;
  for (const Feed& feed : made.point) {
    if (!is_variable(made.graph->node(feed.input.node()))) feeds.push_back({feed.input, feed.values});
  }
  return feeds;
}

void set_variables(const RandomGraph& made, Variables& variables) {
  for (const Feed& feed : made.point) {
    const Op& op = *made.graph->node(feed.input.node()).op;
    if (const auto* read = dynamic_cast<const VariableRead*>(&op)) variables.set(read->variable, feed.values);
  }
}

Shape RandomGraphMaker::shape() {
  std::vector<std::int64_t> sizes(draw(4));
  for (std::int64_t& size : sizes) size = std::vector<std::int64_t>{1, 2, 3, 3, 4, 5}[draw(6)];
  return Shape(sizes);
}

Array RandomGraphMaker::values(const Shape& shape) {
  Array array(DType::f32, shape);
  for (float& value : array.values<float>()) value = static_cast<float>(draw(2001)) / 1000.0f - 1.0f;
  return array;
}

void RandomGraphMaker::add_leaf(RandomGraph& made, bool variable) {
  const std::string name = fmt::format("leaf{}", values_.size());
  const Shape of = shape();
  const Tensor leaf = variable ? made.graph->variable(name, DType::f32, of, zeros())
                               : made.graph->input(name, DType::f32, of);
  made.point.push_back({leaf, values(of)});
  values_.push_back(leaf);
}

Tensor RandomGraphMaker::any_that_broadcasts_with(Tensor x) {
  for (int tries = 0; tries < 8; ++tries) {
    const Tensor other = any();
    if (do_broadcast(x.shape(), other.shape())) return other;
  }
  return x;
}

Tensor RandomGraphMaker::unary(Tensor x) {
  switch (draw(7)) {
    case 0:
      return tanh(x);
    case 1:
      return exp(tanh(x));
    case 2:
      return -x;
    case 3:
      return tanh(square(x));
    case 4:
      return relu(x);
    case 5:
      return x * 0.5 + 0.25;
    default:
      return sigmoid(x);
  }
}

Tensor RandomGraphMaker::binary(Tensor x) {
  const Tensor y = any_that_broadcasts_with(x);
  switch (draw(6)) {
    case 0:
      return x + y;
    case 1:
      return x - y;
    case 2:
      return tanh(x) * y;
    case 3:
      return x / (square(y) + 1);
    case 4:
      return maximum(x, y);
    default:
      return select(less(x, y), x, y * 0.5);
  }
}

Tensor RandomGraphMaker::reduction(Tensor x) {
  std::vector<std::int64_t> axes;
  for (int axis = 0; axis < x.shape().rank(); ++axis) {
    if (one_in(2)) axes.push_back(axis);
  }
  const bool keep = one_in(2);
  return one_in(2) ? mean(x, axes, keep) : reduce_max(x, axes, keep);
}

Tensor RandomGraphMaker::product(Tensor x) {
  if (x.shape().rank() < 2) return unary(x);
  const Tensor y = any();
  const bool fits = y.shape().rank() == 2 && y.shape()[0] == x.shape()[-1];
  if (fits) return tanh(matmul(x, y));
  return one_in(2) ? tanh(matmul(x, x, {.transpose_b = true})) : tanh(matmul(x, x, {.transpose_a = true}));
}

Tensor RandomGraphMaker::view(Tensor x) {
  const int rank = x.shape().rank();
  const auto axis = static_cast<int>(draw(static_cast<std::uint32_t>(std::max(rank, 1))));
  switch (draw(5)) {
    case 0:
      return reshape(x, {x.shape().elements()});
    case 1: {
      std::vector<std::int64_t> order(static_cast<std::size_t>(rank));
      std::iota(order.begin(), order.end(), 0);
      for (std::size_t i = order.size(); i > 1; --i)
        std::swap(order[i - 1], order[draw(static_cast<std::uint32_t>(i))]);
      return transpose(x, order);
    }
    case 2: {
      if (rank == 0) return reshape(x, {1});
      const auto size = static_cast<std::uint32_t>(x.shape()[axis]);
      const std::int64_t start = draw(size);
      const std::int64_t step = 1 + draw(2);
      return slice(x, axis, start, (size - 1 - start) / step + 1, step);
    }
    case 3: {
      std::vector<std::int64_t> sizes(x.shape().sizes().begin(), x.shape().sizes().end());
      sizes.insert(sizes.begin(), 2);
      const Shape wider(sizes);
      return rank < 4 && wider.elements() <= most_elements ? broadcast_to(x, wider) : x;
    }
    default:
      return rank < 4 ? insert_axis(x, axis) : reshape(x, {x.shape().elements(), 1});
  }
}

Tensor RandomGraphMaker::joined(Tensor x) {
  if (x.shape().rank() == 0 || x.shape().elements() * 2 > most_elements) return unary(x);
  const auto axis = static_cast<int>(draw(static_cast<std::uint32_t>(x.shape().rank())));
  if (one_in(2)) return concatenate(Tensors{x, one_in(2) ? x : tanh(x)}, axis);
  std::vector<PadAxis> pads(static_cast<std::size_t>(x.shape().rank()));
  pads[static_cast<std::size_t>(axis)] = {1, 0, 0};
  return pad(x, pads);
}

Tensor RandomGraphMaker::next() {
  // Mostly recent values, so that chains grow long.
  const Tensor x = one_in(2) ? values_.back() : any();
  switch (draw(12)) {
    case 0:
    case 1:
    case 2:
      return unary(x);
    case 3:
    case 4:
    case 5:
    case 6:
      return binary(x);
    case 7:
      return reduction(x);
    case 8:
      return product(x);
    case 9:
    case 10:
      return view(x);
    default:
      return joined(x);
  }
}

RandomGraph RandomGraphMaker::make(std::size_t nodes) {
  RandomGraph made;
  values_.clear();
  for (std::uint32_t i = 0, count = 1 + draw(3); i < count; ++i) add_leaf(made, false);
  Tensors variables;
  for (std::uint32_t i = 0, count = draw(4); i < count; ++i) {
    add_leaf(made, true);
    variables.push_back(values_.back());
  }
  while (made.graph->size() < nodes) values_.push_back(next());
  for (const Tensor& variable : variables) {
    Tensors fitting;
    std::copy_if(values_.begin(), values_.end(), std::back_inserter(fitting),
                 [&](const Tensor& value) { return value.shape() == variable.shape(); });
    const Tensor value = fitting[draw(static_cast<std::uint32_t>(fitting.size()))];
    if (!one_in(4)) made.updates.push_back(made.graph->assign(variable, value));
  }
  made.fetches.push_back(values_.back());
  for (std::uint32_t i = 0, count = draw(4); i < count; ++i) made.fetches.push_back(any());
  return made;
}

}  // namespace heed::test
