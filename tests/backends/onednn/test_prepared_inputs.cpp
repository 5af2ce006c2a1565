// Prepared inputs: what is packed of a variable follows the variable, whoever changes it.
#include <doctest/doctest.h>

#include <heed/backends/executable.h>
#include <heed/backends/host/prepared_inputs.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/matmul.h>

using namespace heed;

namespace {

constexpr std::int64_t size = 70;

Array filled(const Shape& shape, float value) {
  return Array(shape, std::vector<float>(static_cast<std::size_t>(shape.elements()), value));
}

// x w, with w a variable that this graph leaves as it is.
struct Reader {
  explicit Reader(Variables& variables) {
    x = graph.input("x", DType::f32, {5, size});
    product = matmul(x, graph.variable("w", DType::f32, {size, size}, constant_of(1)));
    run = std::make_unique<Executable>(compile({product}, variables));
  }
  double first() {
    run->run({{x, filled({5, size}, 1)}});
    return run->value(product).number(0);
  }

  Graph graph;
  Tensor x, product;
  std::unique_ptr<Executable> run;
};

}  // namespace

TEST_CASE("a product sees what a variable holds now, set or updated from elsewhere") {
  Variables variables(open_backend("onednn"));
  Reader one(variables), other(variables);
  CHECK(one.first() == size);
  CHECK(other.first() == size);
  variables.set("w", filled({size, size}, 2));
  CHECK(one.first() == 2 * size);

  Graph graph;
  const Tensor w = graph.variable("w", DType::f32, {size, size}, constant_of(1));
  const Update update = graph.assign(w, w + 1.0);
  Executable increase = compile({}, std::span(&update, 1), variables);
  increase.run();
  CHECK(one.first() == 3 * size);
  CHECK(other.first() == 3 * size);
  increase.run();
  CHECK(other.first() == 4 * size);
  CHECK(one.first() == 4 * size);
}

TEST_CASE("a program that updates a variable reads it unprepared") {
  Variables variables(open_backend("onednn"));
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {5, size});
  const Tensor w = graph.variable("w", DType::f32, {size, size}, constant_of(1));
  const Tensor product = matmul(x, w);
  const Update update = graph.assign(w, w + 1.0);
  Executable run = compile({product}, std::span(&update, 1), variables);
  for (int step = 1; step <= 3; ++step) {
    run.run({{x, filled({5, size}, 1)}});
    CHECK(run.value(product).number(0) == step * size);
  }
}

TEST_CASE("the same form of the same variable is made once, and gone when nobody wants it") {
  host::PreparedInputs inputs;
  const host::HostMemory variable(64), another(64);
  const host::Preparation packed{0, "packed", 256, {}}, turned{0, "turned", 256, {}};
  const auto first = inputs.find_or_make(variable, 0, packed);
  CHECK(inputs.find_or_make(variable, 0, packed) == first);
  CHECK(inputs.find_or_make(variable, 0, turned) != first);
  CHECK(inputs.find_or_make(variable, 16, packed) != first);
  CHECK(inputs.find_or_make(another, 0, packed) != first);
  const std::weak_ptr<host::PreparedInput> gone = inputs.find_or_make(another, 0, turned);
  CHECK(gone.expired());
}
