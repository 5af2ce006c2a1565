#include <limits>

#include <heed/ops/gather.h>
#include <heed/ops/pad.h>
#include <heed/ops/random.h>
#include <heed/ops/topk.h>
#include <heed/tests/backends/onednn/harness.h>

using namespace heed;
using namespace heed::onednn::testing;

TEST_CASE("rows are gathered by index, zeros from outside") {
  for (const std::int64_t width : {1, 3, 17, 300}) {
    const Value table = random({50, width}, 1);
    const Value indices = random_integers({40, 3}, 2, -3, 55);
    const Value rows = run(GatherRows(), {table, indices})[0];
    check_near(
        rows,
        [&](std::int64_t i) {
          const int index = indices.at<int>(i / width);
          return index < 0 || index >= 50 ? 0.0 : table.f(index * width + i % width);
        },
        0, 0);
  }
  CHECK(run(GatherRows(), {empty(DType::i64, {0, 2}), values<int>({1}, {0})})[0].at<std::int64_t>(1) == 0);
  CHECK(run(GatherRows(), {random({4, 2}, 1), empty(DType::i32, {0})})[0].shape() == Shape{0, 2});
}

TEST_CASE("rows are added at their indices, in order") {
  for (const std::int64_t width : {1, 3, 40, 129, 300}) {
    for (const std::int64_t count : {1, 700}) {
      const Value base = random({50, width}, 1);
      const Value indices = random_integers({count}, 2, -3, 55);
      const Value rows = random({count, width}, 3);
      std::vector<float> expected;
      for (std::int64_t i = 0; i < 50 * width; ++i) expected.push_back(base.at<float>(i));
      for (std::int64_t i = 0; i < count * width; ++i) {
        const int index = indices.at<int>(i / width);
        if (index >= 0 && index < 50)
          expected[static_cast<std::size_t>(index * width + i % width)] += rows.at<float>(i);
      }
      const Value result = run(ScatterAdd(), {base, indices, rows})[0];
      CHECK(same_bits(result, values<float>({50, width}, expected)));
      CHECK(same_bits(result, run(ScatterAdd(), {base, indices, rows}, {{{0, 0}}})[0]));
      const Value zero = view(values<float>({}, {0}), {50, width}, {0, 0});
      CHECK(run(ScatterAdd(), {zero, indices, rows})[0].shape() == base.shape());
    }
  }
  CHECK(run(ScatterAdd(), {random({3, 0}, 1), values<int>({1}, {0}), random({1, 0}, 1)})[0].shape() ==
        Shape{3, 0});
}

TEST_CASE("slices and updates clamp their position") {
  const Value x = random({4, 9, 5}, 1);
  for (const auto& [wanted, position] : {std::pair{-7, 0}, {2, 2}, {6, 6}, {100, 6}}) {
    const Value at = values<int>({}, {wanted});
    const Value part = run(SliceAt(1, 3), {x, at})[0];
    const auto place = [](std::int64_t i, int start, std::int64_t size) {
      return i / (size * 5) * 45 + (start + i / 5 % size) * 5 + i % 5;
    };
    check_near(
        part, [&, p = position](std::int64_t i) { return x.f(place(i, p, 3)); }, 0, 0);
    const Value update = random({4, 3, 5}, 2);
    const Value updated = run(UpdateAt(1), {x, update, at})[0];
    check_near(
        updated,
        [&, p = position](std::int64_t i) {
          const std::int64_t k = i / 5 % 9 - p;
          return k < 0 || k >= 3 ? x.f(i) : update.f(i / 45 * 15 + k * 5 + i % 5);
        },
        0, 0);
    CHECK(same_bits(updated, run(UpdateAt(1), {x, update, at}, {{{0, 0}}})[0]));
  }
  CHECK(run(SliceAt(0, 0), {x, values<int>({}, {3})})[0].shape() == Shape{0, 9, 5});
}

TEST_CASE("pad puts zeros around and between") {
  const Value x = random({3, 4}, 1);
  const Value padded = run(Pad({{1, 2, 1}, {0, 3, 2}}), {x})[0];  // [8, 13]
  check_near(
      padded,
      [&](std::int64_t i) {
        const std::int64_t row = i / 13 - 1, column = i % 13;
        const bool inside = row >= 0 && row % 2 == 0 && row / 2 < 3 && column % 3 == 0 && column / 3 < 4;
        return inside ? x.f(row / 2 * 4 + column / 3) : 0.0;
      },
      0, 0);
  CHECK(run(Pad({{2, 1, 4}}), {empty(DType::f64, {0})})[0].at<double>(2) == 0);
}

TEST_CASE("concatenate takes parts of any layout") {
  const Value a = random({2, 3, 4}, 1);
  const Value b = transposed(random({2, 4, 5}, 2));  // [2, 5, 4]
  const Value joined = run(Concatenate(1), {a, b, random({2, 0, 4}, 3)})[0];
  check_near(
      joined,
      [&](std::int64_t i) {
        const std::int64_t row = i / 4 % 8;
        return row < 3 ? a.f(i / 32 * 12 + row * 4 + i % 4) : b.f(i / 32 * 20 + (row - 3) * 4 + i % 4);
      },
      0, 0);
}

TEST_CASE("iota counts along its axis") {
  const Value middle = run(Iota({DType::i32, {3, 5, 7}}, 1), {})[0];
  const Value last = run(Iota({DType::f32, {100, 1000}}, 1), {})[0];
  bool alike = true;
  for (std::int64_t i = 0; i < 105; ++i) alike &= middle.at<int>(i) == i / 7 % 5;
  CHECK(alike);
  check_near(
      last, [](std::int64_t i) { return static_cast<double>(i % 1000); }, 0, 0);
}

TEST_CASE("top_k orders by value, then index, with NaN first") {
  const Value x =
      values<float>({2, 6}, {1, NAN, 3, 3, -std::numeric_limits<float>::infinity(), NAN, 0, 0, 0, 0, 0, 0});
  const auto top = run(TopK(5), {x});
  const int expected[] = {1, 5, 2, 3, 0, 0, 1, 2, 3, 4};
  for (int i = 0; i < 10; ++i) CHECK(top[1].at<int>(i) == expected[i]);
  CHECK((std::isnan(top[0].f(1)) && top[0].f(2) == 3));
  const Value wide = random({37, 1001}, 1);
  const auto best = run(TopK(1), {wide}, {{}, {false, true}});
  for (std::int64_t row = 0; row < 37; ++row) {
    const auto* begin = reinterpret_cast<const float*>(wide.data()) + row * 1001;
    REQUIRE(best[1].at<int>(row) == std::max_element(begin, begin + 1001) - begin);
  }
}
