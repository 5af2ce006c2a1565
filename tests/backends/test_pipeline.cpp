// The passes in their order, and what can be seen of them.
#include "../cpu_backends.h"
#include "support.h"
#include <doctest/doctest.h>

#include <heed/backends/executable.h>
#include <heed/graph/print.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/matmul.h>
#include <heed/ops/softmax.h>

using namespace heed;
using namespace heed::test;

TEST_CASE("every pass can be looked at, before and after") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {2, 3});
  const Tensor y = softmax(tanh(x) * 1.0 + tanh(x), -1);
  std::vector<std::string> names, texts;
  CompileOptions options;
  options.observe = [&](std::string_view pass, const Graph& after) {
    names.emplace_back(pass);
    texts.push_back(to_text(after));
  };
  Variables variables(open_backend("reference"));
  compile({y}, variables, options);
  CHECK(names == std::vector<std::string>{"extract", "algebra", "merge", "expand", "algebra", "merge",
                                          "constants", "place", "fuse", "algebra", "merge", "fuse products",
                                          "fuse reductions"});
  const auto count = [&](std::size_t pass, const std::string& what) {
    std::size_t found = 0;
    for (std::size_t at = texts[pass].find(what); at != std::string::npos;
         at = texts[pass].find(what, at + 1))
      ++found;
    return found;
  };
  CHECK(count(1, "multiply") < count(0, "multiply"));
  CHECK(count(1, "tanh") > count(2, "tanh"));
  CHECK(count(2, "softmax(") == 1);
  CHECK(count(3, "softmax(") == 0);  // reference claims no composite
}

TEST_CASE("without optimisation only what is needed happens") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {2, 3});
  std::vector<std::string> names;
  CompileOptions options{.optimize = false};
  options.observe = [&](std::string_view pass, const Graph&) { names.emplace_back(pass); };
  Variables variables(open_backend("reference"));
  const Executable executable = compile({exp(tanh(x)), exp(tanh(x))}, variables, options);
  CHECK(names == std::vector<std::string>{"extract", "expand", "place"});
  CHECK(executable.plan().steps.size() == 4);
}

TEST_CASE("an op that no backend of the graph can run is refused with its types and line") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f64, {2, 2});
  const Tensor y = matmul(x, x);
  for (const std::string& name : cpu_backends()) {
    if (name == "reference") continue;
    Variables variables(open_backend(name));
    try {
      compile({y}, variables);
      FAIL("float64 has no kernel on " << name);
    } catch (const Error& error) {
      const std::string text = error.what();
      CHECK(text.find("compile: the backend " + name + " has no kernel for matmul(f64[2, 2], f64[2, 2])") ==
            0);
      CHECK(text.find("test_pipeline.cpp:") != std::string::npos);
    }
  }
}
