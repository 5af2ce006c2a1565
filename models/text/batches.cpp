#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <heed/graph/error.h>
#include <heed/models/text/batches.h>
#include <heed/models/text/draws.h>

namespace heed {

static_assert(pad_id == 0, "new arrays are zero, and so full of padding");

BatchLoader::BatchLoader(std::vector<EncodedPair> pairs, const BatchOptions& options)
    : options_(options), pairs_(std::move(pairs)) {
  std::vector<PairLengths> lengths;
  std::vector<std::int64_t> kept;
  for (std::size_t i = 0; i < pairs_.size(); ++i) {
    const PairLengths pair = lengths_of(pairs_[i]);
    if (std::max(pair.source, pair.target) > options_.max_length) continue;
    lengths.push_back(pair);
    kept.push_back(static_cast<std::int64_t>(i));
    tokens_ += pair.total();
  }
  dropped_ = static_cast<std::int64_t>(pairs_.size() - kept.size());
  if (kept.empty()) {
    throw Error(fmt::format("none of {} sentence pairs has at most {} tokens on both sides; raise max_length",
                            pairs_.size(), options_.max_length));
  }
  shapes_ = choose_batch_shapes(lengths, {.batch_tokens = options_.batch_tokens,
                                          .max_length = options_.max_length,
                                          .max_shapes = options_.max_shapes});
  members_.resize(shapes_.size());
  for (std::size_t i = 0; i < kept.size(); ++i)
    members_[closest_shape(shapes_, lengths[i])].push_back(kept[i]);
  arrange(0);
}

PairLengths BatchLoader::lengths_of(const EncodedPair& pair) const {
  return {static_cast<std::int64_t>(pair.source.size()) + 1,
          static_cast<std::int64_t>(pair.target.size()) + 1};
}

// Puts the members of every shape, and then the batches, into the order of one epoch.
void BatchLoader::arrange(std::int64_t epoch) {
  Draws draws(options_.seed, static_cast<std::uint64_t>(epoch));
  batches_.clear();
  for (std::size_t shape = 0; shape < shapes_.size(); ++shape) {
    std::vector<std::int64_t>& members = members_[shape];
    if (options_.shuffle) {
      std::sort(members.begin(), members.end());  // the order must not depend on the epoch before
      shuffle(std::span(members), draws);
    }
    for (std::size_t first = 0; first < members.size();
         first += static_cast<std::size_t>(shapes_[shape].rows)) {
      batches_.push_back({shape, first});
    }
  }
  if (options_.shuffle) shuffle(std::span(batches_), draws);
  arranged_epoch_ = epoch;
}

Batch BatchLoader::batch(std::int64_t epoch, std::int64_t index) {
  if (epoch < 0 || index < 0 || index >= batches_per_epoch()) {
    throw Error(fmt::format("there is no batch {} in epoch {}: an epoch has {} batches", index, epoch,
                            batches_per_epoch()));
  }
  if (epoch != arranged_epoch_) arrange(epoch);
  const Place place = batches_[static_cast<std::size_t>(index)];
  const BatchShape& shape = shapes_[place.shape];
  const std::vector<std::int64_t>& members = members_[place.shape];

  Batch batch;
  batch.shape_index = place.shape;
  batch.source = Array(DType::i32, {shape.rows, shape.source_length});
  batch.source_lengths = Array(DType::i32, {shape.rows});
  batch.target_input = Array(DType::i32, {shape.rows, shape.target_length});
  batch.target_output = Array(DType::i32, {shape.rows, shape.target_length});
  batch.weights = Array(DType::f32, {shape.rows, shape.target_length});
  std::ranges::fill(batch.source_lengths.values<std::int32_t>(), 1);
  const std::size_t end = std::min(members.size(), place.first + static_cast<std::size_t>(shape.rows));
  for (std::size_t i = place.first; i < end; ++i) {
    fill_row(batch, static_cast<std::int64_t>(i - place.first), members[i]);
  }
  return batch;
}

void BatchLoader::fill_row(Batch& batch, std::int64_t row, std::int64_t index) const {
  const EncodedPair& pair = pairs_[static_cast<std::size_t>(index)];
  const PairLengths lengths = lengths_of(pair);
  const auto row_of = [&](auto values, const Array& array) {
    const auto width = static_cast<std::size_t>(array.shape()[1]);
    return values.subspan(static_cast<std::size_t>(row) * width, width);
  };
  const auto source = row_of(batch.source.values<std::int32_t>(), batch.source);
  *std::ranges::copy(pair.source, source.begin()).out = end_id;

  const auto input = row_of(batch.target_input.values<std::int32_t>(), batch.target_input);
  input.front() = start_id;
  std::ranges::copy(pair.target, input.begin() + 1);
  const auto output = row_of(batch.target_output.values<std::int32_t>(), batch.target_output);
  *std::ranges::copy(pair.target, output.begin()).out = end_id;
  const auto weights = row_of(batch.weights.values<float>(), batch.weights);
  std::ranges::fill(weights.first(static_cast<std::size_t>(lengths.target)), 1.0f);

  batch.source_lengths.values<std::int32_t>()[static_cast<std::size_t>(row)] =
      static_cast<std::int32_t>(lengths.source);
  batch.source_tokens += lengths.source;
  batch.target_tokens += lengths.target;
  batch.pairs.push_back(index);
}

std::int64_t BatchLoader::kept() const {
  return static_cast<std::int64_t>(pairs_.size()) - dropped_;
}

double BatchLoader::padding_waste() const {
  std::int64_t padded = 0;
  for (const Place& place : batches_) padded += shapes_[place.shape].tokens();
  return 1.0 - static_cast<double>(tokens_) / static_cast<double>(padded);
}

}  // namespace heed
