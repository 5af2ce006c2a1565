// Random graphs, the same for the same seed: what the planner and the passes are tried on.
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <vector>

#include <heed/backends/executable.h>
#include <heed/graph/evaluate.h>
#include <heed/graph/graph.h>

namespace heed::test {

struct RandomGraph {
  std::unique_ptr<Graph> graph = std::make_unique<Graph>();
  std::vector<Feed> point;  // values of inputs and variables
  Tensors fetches;
  Updates updates;
};

// What a run of it is fed, and what its variables hold before.
std::vector<Executable::FeedRef> feeds_of(const RandomGraph& made);
void set_variables(const RandomGraph& made, Variables& variables);

// Elementwise ops with broadcasting, reductions, products, views, concatenations and padding over a few
// inputs and variables of float32, with random fetches and updates.
class RandomGraphMaker {
 public:
  explicit RandomGraphMaker(std::uint32_t seed) : random_(seed) {}
  RandomGraph make(std::size_t nodes);

 private:
  std::uint32_t draw(std::uint32_t limit) { return static_cast<std::uint32_t>(random_() % limit); }
  bool one_in(std::uint32_t n) { return draw(n) == 0; }
  Tensor any() { return values_[draw(static_cast<std::uint32_t>(values_.size()))]; }
  Tensor any_that_broadcasts_with(Tensor x);
  Array values(const Shape& shape);
  Shape shape();

  void add_leaf(RandomGraph& made, bool variable);
  Tensor next();
  Tensor unary(Tensor x);
  Tensor binary(Tensor x);
  Tensor reduction(Tensor x);
  Tensor product(Tensor x);
  Tensor view(Tensor x);
  Tensor joined(Tensor x);

  std::mt19937 random_;
  Tensors values_;
};

}  // namespace heed::test
