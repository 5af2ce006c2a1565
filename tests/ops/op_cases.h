// THE table: one row for each behaviour of each op. From a row come the forward check against a float64
// oracle, the gradient check, the second derivative, and the comparison of every backend with the reference.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <heed/graph/array.h>
#include <heed/graph/graph.h>

namespace heed::test {

struct CaseInput {
  Shape shape;
  double low = -1.5;  // real inputs are drawn from [low, high)
  double high = 1.5;
  DType index_type = DType::f64;  // not f64: an integer or boolean input of this type, in [low, high)
};

// Integers in [0, limit).
inline CaseInput indices(Shape shape, double limit) {
  return {shape, 0, limit, DType::i32};
}
inline CaseInput within(Shape shape, double low, double high) {
  return {shape, low, high, DType::f64};
}

using Values = std::vector<double>;

struct OpCase {
  std::string name;
  std::vector<CaseInput> inputs;
  std::function<Tensor(const Tensors&)> build;
  // The expected elements, row-major, by formulas independent of heed.
  std::function<Values(const std::vector<Values>&)> oracle;
  bool differentiable = true;  // in every real input
  bool twice_differentiable = true;
  double tolerance = 1e-5;  // of float32 backends, relative to max(1, |value|)
};

const std::vector<OpCase>& op_cases();

// Whether dropout keeps element i, from the documented definition of random bits. Executables start with
// seed 0 and counter 0 here.
bool keeps(std::uint32_t stream, std::size_t i, double rate);

std::vector<OpCase> elementwise_cases();
std::vector<OpCase> structure_cases();  // reduce, matmul, views, pad, gather ...
std::vector<OpCase> composite_cases();  // softmax, layer norm, dropout, updates ...
std::vector<OpCase> function_cases();   // activations, masks, windows, take, random numbers ...
std::vector<OpCase> attention_cases();
std::vector<OpCase> loss_cases();
std::vector<OpCase> wide_cases();       // all ops at rank 8
std::vector<OpCase> empty_cases();      // all ops on nothing
std::vector<OpCase> recurrent_cases();  // split, GRU and LSTM cells

}  // namespace heed::test
