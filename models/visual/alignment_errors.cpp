#include <algorithm>

#include <fmt/format.h>

#include <heed/models/visual/alignment_errors.h>
#include <heed/models/visual/hard_alignment.h>

namespace heed {

namespace {

// One way to look at a model's attention, and what it found in the sentences so far.
struct Way {
  MatrixView view;
  std::string attention{};
  std::vector<Alignment> written{}, read{};

  void add(const SentenceAttention& sentence) {
    WeightMatrix matrix = matrix_of(sentence, view);
    written.push_back(alignment_of(matrix));
    attention = std::move(matrix.title);
    MatrixView by_input = view;
    by_input.by_input = true;
    read.push_back(alignment_of(matrix_of(sentence, by_input)));
  }
};

std::vector<Way> ways_of(const SentenceAttention& sentence) {
  std::vector<Way> ways;
  for (const AttentionLayer& layer : sentence.layers) {
    ways.push_back({.view = {.layer = layer.layer}});
    const std::int64_t heads = layer.weights.shape()[0];
    for (std::int64_t head = 0; heads > 1 && head < heads; ++head)
      ways.push_back({.view = {.layer = layer.layer, .head = head}});
  }
  return ways;
}

void add(std::vector<Way>& ways, std::span<const SentenceAttention> sentences) {
  if (ways.empty()) ways = ways_of(sentences.front());
  for (const SentenceAttention& sentence : sentences) {
    for (Way& way : ways) way.add(sentence);
  }
}

}  // namespace

std::vector<AlignmentErrors> alignment_errors(AttentionReader& reader, std::span<const SentencePair> pairs,
                                              std::span<const GoldAlignment> gold) {
  constexpr std::size_t part = 64;  // sentences whose weights are kept at a time
  if (std::ranges::find(reader.kinds(), AttentionKind::cross) == reader.kinds().end())
    throw Error(fmt::format("{} has no attention to align words by", reader.path()));
  std::vector<Way> ways;
  for (std::size_t start = 0; start < pairs.size(); start += part) {
    std::vector<std::string> sources, targets;
    for (const SentencePair& pair : pairs.subspan(start, std::min(part, pairs.size() - start))) {
      sources.push_back(pair.source);
      targets.push_back(pair.target);
    }
    add(ways, reader.read_given(sources, targets, {.kinds = {AttentionKind::cross}}));
  }
  std::vector<AlignmentErrors> errors;
  for (const Way& way : ways) {
    errors.push_back(
        {way.attention, alignment_error_rate(way.written, gold), alignment_error_rate(way.read, gold)});
  }
  return errors;
}

}  // namespace heed
