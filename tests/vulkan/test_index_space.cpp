// Shapes and strides as shaders walk over them.
#include <doctest/doctest.h>

#include <heed/backends/vulkan/index_space.h>

using namespace heed;
using namespace heed::vulkan;

TEST_CASE("axes that follow one another in all tensors become one") {
  const IndexSpace space({2, 3, 4}, {{12, 4, 1}, {12, 4, 1}});
  CHECK(space.rank() == 1);
  CHECK(space.elements() == 24);
  CHECK(space.is_dense(0));
}

TEST_CASE("an axis along which one tensor repeats stays apart") {
  const IndexSpace space({2, 3, 4}, {{12, 4, 1}, {0, 4, 1}, {0, 0, 0}});
  CHECK(space.rank() == 2);
  CHECK(space.size(1) == 12);
  CHECK_FALSE(space.is_dense(1));
  CHECK(space.is_scalar(2));
}

TEST_CASE("axes of one element count for nothing") {
  const IndexSpace space({1, 5, 1}, {{99, 2, 7}});
  CHECK(space.rank() == 1);
  CHECK(space.stride(0, 0) == 2);
  CHECK(IndexSpace({1, 1}, {{3, 4}}).rank() == 0);
  CHECK(IndexSpace({1, 1}, {{3, 4}}).elements() == 1);
}

TEST_CASE("parameters name the last axis first") {
  const IndexSpace space({2, 3}, {{1, 2}});
  std::vector<std::uint32_t> words;
  space.append(0, words);
  CHECK(words == std::vector<std::uint32_t>{2, 3, 2, 2, 1});
}

TEST_CASE("a tensor's span runs from its first to its last element") {
  CHECK(span_of({2, 3}, {3, 1}) == 6);
  CHECK(span_of({2, 3}, {10, 2}) == 15);
  CHECK(span_of({4, 3}, {0, 1}) == 3);
  CHECK(span_of({0, 3}, {3, 1}) == 0);
  CHECK(span_of({}, {}) == 1);
}
