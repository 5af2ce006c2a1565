// What the tests of this folder share: float64 graphs and their values on the reference backend.
#pragma once

#include <string>
#include <vector>

#include "../message_of.h"

#include <heed/backends/executable.h>
#include <heed/graph/graph.h>

namespace heed::test {

using Doubles = std::vector<double>;

inline Array doubles(const Doubles& values) {
  return Array(Shape{static_cast<std::int64_t>(values.size())}, values);
}

inline Tensor variable(Graph& graph, const std::string& name, const Doubles& values) {
  return graph.variable(name, DType::f64, {static_cast<std::int64_t>(values.size())},
                        values_of(doubles(values)));
}

inline Evaluate evaluate() {
  return evaluate_on(open_backend("reference"));
}

inline Doubles value(const Tensor& tensor) {
  const Array array = evaluate()(std::span(&tensor, 1), {}).front();
  Doubles values;
  for (std::int64_t i = 0; i < array.elements(); ++i) values.push_back(array.number(i));
  return values;
}

}  // namespace heed::test
