// The values of an array as text.
#include <limits>
#include <numeric>

#include <doctest/doctest.h>

#include <heed/graph/print.h>

using namespace heed;

namespace {

Array counting(const Shape& shape) {
  std::vector<std::int32_t> values(static_cast<std::size_t>(shape.elements()));
  std::iota(values.begin(), values.end(), 0);
  return Array(shape, values);
}

}  // namespace

TEST_CASE("a matrix prints its rows below one another, its columns aligned") {
  CHECK(to_text(Array({2, 2}, std::vector<float>{0.25f, 1, 0, -2.5f})) == "[[0.25,    1],\n [   0, -2.5]]");
}

TEST_CASE("scalars and vectors print in one line") {
  CHECK(to_text(Array::scalar(1.0f / 3)) == "0.3333");
  CHECK(to_text(Array({3}, std::vector<std::int32_t>{1, -20, 3})) == "[  1, -20,   3]");
}

TEST_CASE("matrices of one array are set apart by an empty line") {
  CHECK(to_text(counting({2, 2, 2})) == "[[[0, 1],\n  [2, 3]],\n\n [[4, 5],\n  [6, 7]]]");
  CHECK(to_text(counting({2, 1, 1, 1})) == "[[[[0]]],\n\n [[[1]]]]");
}

TEST_CASE("empty arrays print as brackets") {
  CHECK(to_text(Array(DType::f32, {0})) == "[]");
  CHECK(to_text(Array(DType::f32, {2, 0})) == "[[],\n []]");
}

TEST_CASE("every type prints as what it holds") {
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(to_text(
            Array({3}, std::vector<double>{infinity, -infinity, std::numeric_limits<double>::quiet_NaN()})) ==
        "[ inf, -inf,  nan]");
  CHECK(to_text(Array::scalar(std::numeric_limits<std::int64_t>::max())) == "9223372036854775807");
  CHECK(to_text(Array::scalar(std::numeric_limits<std::uint32_t>::max())) == "4294967295");
  Array truth(DType::boolean, {2});
  truth.set_number(1, 1);
  CHECK(to_text(truth) == "[false,  true]");
  for (const DType dtype : {DType::f16, DType::bf16})
    CHECK(to_text(Array::scalar(0.5f).converted(dtype)) == "0.5");
}

TEST_CASE("of large arrays the ends of each axis are shown") {
  CHECK(to_text(counting({4, 5}), {.most_elements = 20, .edge = 1}).find("...") == std::string::npos);
  CHECK(to_text(counting({4, 5}), {.most_elements = 19, .edge = 1}) ==
        "[[ 0, ...,  4],\n ...,\n [15, ..., 19]]");
  CHECK(to_text(counting({2, 5}), {.most_elements = 9, .edge = 1}) == "[[0, ..., 4],\n [5, ..., 9]]");
  CHECK(to_text(counting({100, 100})).starts_with("[[   0,    1,    2, ...,   97,   98,   99],\n"));
}

TEST_CASE("of long rows the ends are shown, in however small an array") {
  CHECK(to_text(counting({21})) == "[ 0,  1,  2, ..., 18, 19, 20]");
  CHECK(to_text(counting({20})).find("...") == std::string::npos);
  CHECK(to_text(counting({21, 1})).find("...") == std::string::npos);
}
