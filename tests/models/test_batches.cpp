#include <algorithm>
#include <vector>

#include <doctest/doctest.h>

#include <heed/graph/error.h>
#include <heed/models/text/batches.h>
#include <heed/models/text/draws.h>

using namespace heed;

namespace {

using Ids = std::vector<std::int32_t>;

EncodedPair pair_of(std::int64_t source, std::int64_t target, std::int32_t id = 4) {
  return {Ids(static_cast<std::size_t>(source), id), Ids(static_cast<std::size_t>(target), id)};
}

// Lengths like those of image captions: a sum of draws around 13, the target near the source.
std::vector<EncodedPair> captions(int count, std::uint64_t seed = 1) {
  Draws draws(seed);
  std::vector<EncodedPair> pairs;
  for (int i = 0; i < count; ++i) {
    std::int64_t source = 4 + draws.between(0, 6) + draws.between(0, 6) + draws.between(0, 6);
    if (draws.below(10) == 0) source += draws.between(0, 20);
    const std::int64_t target =
        std::max<std::int64_t>(1, source + draws.between(-2, 1) + draws.between(-2, 2));
    pairs.push_back(pair_of(source, target, 4 + i));
  }
  return pairs;
}

std::vector<Batch> epoch_of(BatchLoader& loader, std::int64_t epoch) {
  std::vector<Batch> batches;
  for (std::int64_t i = 0; i < loader.batches_per_epoch(); ++i) batches.push_back(loader.batch(epoch, i));
  return batches;
}

Ids ids_of(const Array& array) {
  const auto values = array.values<std::int32_t>();
  return {values.begin(), values.end()};
}

std::vector<std::int64_t> order_of(BatchLoader& loader, std::int64_t epoch) {
  std::vector<std::int64_t> order;
  for (const Batch& batch : epoch_of(loader, epoch))
    order.insert(order.end(), batch.pairs.begin(), batch.pairs.end());
  return order;
}

}  // namespace

TEST_CASE("a batch holds its sentences marked, shifted and padded") {
  BatchLoader loader({{{5, 6}, {7, 8, 9}}}, {.batch_tokens = 16});
  CHECK(loader.shapes() == std::vector<BatchShape>{{2, 4, 4}});
  const Batch batch = loader.batch(0, 0);
  CHECK(ids_of(batch.source) == Ids{5, 6, end_id, 0, 0, 0, 0, 0});
  CHECK(ids_of(batch.source_lengths) == Ids{3, 1});
  CHECK(ids_of(batch.target_input) == Ids{start_id, 7, 8, 9, 0, 0, 0, 0});
  CHECK(ids_of(batch.target_output) == Ids{7, 8, 9, end_id, 0, 0, 0, 0});
  CHECK(batch.weights == Array(Shape{2, 4}, std::vector<float>{1, 1, 1, 1, 0, 0, 0, 0}));
  CHECK(batch.source_tokens == 3);
  CHECK(batch.target_tokens == 4);
  CHECK(batch.pairs == std::vector<std::int64_t>{0});
}

TEST_CASE("every pair occurs exactly once in an epoch") {
  BatchLoader loader(captions(3000), {.batch_tokens = 1024});
  for (const std::int64_t epoch : {0, 1, 7}) {
    std::vector<std::int64_t> order = order_of(loader, epoch);
    std::sort(order.begin(), order.end());
    REQUIRE(order.size() == 3000);
    for (std::int64_t i = 0; i < 3000; ++i) REQUIRE(order[static_cast<std::size_t>(i)] == i);
  }
}

TEST_CASE("the rows of a batch hold the pairs it names") {
  BatchLoader loader(captions(500), {.batch_tokens = 512});
  std::int64_t tokens = 0;
  for (const Batch& batch : epoch_of(loader, 3)) {
    for (std::size_t row = 0; row < batch.pairs.size(); ++row) {
      const auto width = static_cast<std::size_t>(batch.source.shape()[1]);
      REQUIRE(ids_of(batch.source)[row * width] == 4 + batch.pairs[row]);
    }
    double weight = 0;
    for (const float value : batch.weights.values<float>()) weight += value;
    REQUIRE(weight == batch.target_tokens);
    tokens += batch.source_tokens + batch.target_tokens;
  }
  CHECK(tokens == loader.tokens());
}

TEST_CASE("every batch has one of the few shapes, and they keep the budget") {
  BatchLoader loader(captions(5000), {.batch_tokens = 2048, .max_length = 50, .max_shapes = 8});
  CHECK(loader.shapes().size() <= 8);
  for (const BatchShape& shape : loader.shapes()) {
    CHECK(shape.tokens() <= 2048);
    CHECK(shape.rows % 4 == 0);
    CHECK(shape.source_length <= 50);
    CHECK((shape.source_length % 2 == 0 || shape.source_length == 50));
  }
  for (const Batch& batch : epoch_of(loader, 0)) {
    const BatchShape& shape = loader.shapes()[batch.shape_index];
    REQUIRE(batch.source.shape() == Shape{shape.rows, shape.source_length});
    REQUIRE(batch.target_output.shape() == Shape{shape.rows, shape.target_length});
  }
}

TEST_CASE("little of the batches is padding") {
  const BatchLoader large(captions(30'000));
  CHECK(large.padding_waste() < 0.15);
  CHECK(large.padding_waste() > 0);
  const BatchLoader small(captions(500));
  CHECK(small.padding_waste() < 0.25);
}

TEST_CASE("the order follows from seed and epoch alone") {
  BatchLoader first(captions(400), {.batch_tokens = 512});
  BatchLoader second(captions(400), {.batch_tokens = 512});
  const auto later = order_of(first, 5);
  order_of(second, 2);
  CHECK(order_of(second, 5) == later);
  CHECK(order_of(first, 4) != later);
  BatchLoader other(captions(400), {.batch_tokens = 512, .seed = 2});
  CHECK(order_of(other, 5) != later);
  const std::int64_t last = first.batches_per_epoch() - 1;
  CHECK(second.batch(9, last).source == first.batch(9, last).source);
}

TEST_CASE("without shuffling every epoch is the same") {
  BatchLoader loader(captions(400), {.batch_tokens = 512, .shuffle = false});
  CHECK(order_of(loader, 0) == order_of(loader, 1));
}

TEST_CASE("long pairs are dropped and counted") {
  const BatchLoader loader({pair_of(3, 3), pair_of(8, 2), pair_of(2, 8), pair_of(7, 7)}, {.max_length = 8});
  CHECK(loader.dropped() == 2);
  CHECK(loader.kept() == 2);
  CHECK(loader.shapes().back().source_length == 8);
}

TEST_CASE("batches that cannot be are refused with what to change") {
  CHECK_THROWS_WITH_AS(BatchLoader({pair_of(9, 9)}, {.max_length = 8}),
                       "none of 1 sentence pairs has at most 8 tokens on both sides; raise max_length",
                       Error);
  CHECK_THROWS_WITH_AS(
      BatchLoader({pair_of(9, 9)}, {.batch_tokens = 16}),
      "a budget of 16 tokens a batch cannot hold a row of 10 source and 10 target tokens; raise "
      "batch_tokens to 20 or lower max_length",
      Error);
  CHECK_THROWS_AS(BatchLoader({}), Error);
  CHECK_THROWS_AS(BatchLoader({pair_of(1, 1)}, {.max_shapes = 0}), Error);
  BatchLoader loader({pair_of(1, 1)});
  CHECK_THROWS_WITH_AS(loader.batch(0, 1), "there is no batch 1 in epoch 0: an epoch has 1 batches", Error);
}

TEST_CASE("an empty sentence still has its end mark") {
  BatchLoader loader(std::vector<EncodedPair>(1));
  const Batch batch = loader.batch(0, 0);
  CHECK(ids_of(batch.source).front() == end_id);
  CHECK(ids_of(batch.target_output).front() == end_id);
  CHECK(batch.source_lengths.values<std::int32_t>()[0] == 1);
}
