// Rows of the op table, built and run: what the tests of every backend share.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "op_cases.h"

#include <heed/backends/backend.h>
#include <heed/graph/evaluate.h>
#include <heed/graph/graph.h>

namespace heed::test {

// A row built in a graph of its own, at a fixed point.
struct Built {
  std::unique_ptr<Graph> graph = std::make_unique<Graph>();
  Tensors inputs;
  Tensors reals;
  std::vector<Feed> point;
  Tensor result;
};

// With its real inputs of type `real`, drawn in float32, so that all precisions see the same numbers.
Built build(const OpCase& row, DType real);

double unit(std::uint32_t stream, std::int64_t i);  // a number in [0, 1), always the same
Array draw(const CaseInput& input, DType real, std::uint32_t stream);

// The result as one number, weighted by fixed random numbers so that no symmetry hides a wrong factor.
Tensor weighted_sum(Tensor x, std::uint32_t stream);

// Relative to max(1, |value|).
double distance(double a, double b);
double worst_distance(const Array& a, const Array& b);

std::vector<Array> run(const std::shared_ptr<Backend>& backend, const Built& built, const Tensors& fetches);
std::vector<Array> run(const std::string& backend, const Built& built, const Tensors& fetches,
                       int threads = 0);

// The result and, where the row has them, the gradients of its weighted sum.
Tensors everything(const OpCase& row, const Built& built);

// How far a backend is off in a row, in float32, from the reference in float64: the result, then each
// gradient.
std::vector<double> distances(const std::shared_ptr<Backend>& backend, const OpCase& row);

}  // namespace heed::test
