#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include <heed/models/decoding/greedy.h>
#include <heed/models/text/vocabulary.h>
#include <heed/ops/topk.h>
#include <heed/ops/views.h>

namespace heed {

namespace {

constexpr std::int64_t most_rows = 64;
constexpr std::int64_t words_beyond_source = 50;

std::int64_t round_up(std::int64_t value, std::int64_t step) {
  return (value + step - 1) / step * step;
}

std::int64_t rows_for(std::int64_t sentences) {
  std::int64_t rows = 1;
  while (rows < sentences) rows *= 2;
  return rows;
}

}  // namespace

// Two executables that meet in the cache variables: the encoder's, run once for each batch, and the
// decoder's, run once for each word.
class GreedyDecoder::Step {
 public:
  Step(const TransformerConfig& config, const Shape& shape, Variables& variables);

  void encode(const Array& source, const Array& lengths) {
    encode_->run({{encode_source_, source}, {encode_lengths_, lengths}});
  }
  void run(const Array& words, std::int32_t position, const Array& lengths) {
    const Array at = Array::scalar(position);
    step_->run({{words_, words}, {position_, at}, {step_lengths_, lengths}});
  }
  std::span<const std::int32_t> next_words() const { return step_->value(next_).values<std::int32_t>(); }
  const Array& weights() const { return step_->value(weights_); }
  std::int64_t longest() const { return longest_; }

 private:
  std::string cache_name(const Shape& shape, std::size_t layer, const char* part) const {
    return fmt::format("{}{}x{}/{}/{}", decoding_prefix, shape.rows, shape.source_length, layer, part);
  }
  Transformer::LayerCache cache(Graph& graph, const Shape& shape, std::size_t layer) const;
  void build_encoder(const Shape& shape, Variables& variables);
  void build_step(const Shape& shape, Variables& variables);

  TransformerConfig config_;
  std::int64_t longest_;
  Graph encode_graph_, step_graph_;
  Tensor encode_source_, encode_lengths_, words_, position_, step_lengths_, next_, weights_;
  std::unique_ptr<Executable> encode_, step_;
};

GreedyDecoder::Step::Step(const TransformerConfig& config, const Shape& shape, Variables& variables)
    : config_(config), longest_(round_up(shape.source_length + words_beyond_source, 16)) {
  config_.dropout = 0;
  build_encoder(shape, variables);
  build_step(shape, variables);
}

Transformer::LayerCache GreedyDecoder::Step::cache(Graph& graph, const Shape& shape,
                                                   std::size_t layer) const {
  const std::int64_t head = config_.width / config_.heads;
  const auto make = [&](const char* part, std::int64_t length) {
    return graph.variable(cache_name(shape, layer, part), config_.dtype,
                          {shape.rows, length, config_.heads, head}, zeros());
  };
  return {{make("self_keys", longest_), make("self_values", longest_)},
          {make("cross_keys", shape.source_length), make("cross_values", shape.source_length)}};
}

void GreedyDecoder::Step::build_encoder(const Shape& shape, Variables& variables) {
  Transformer model(encode_graph_, config_);
  encode_source_ = encode_graph_.input("source", DType::i32, {shape.rows, shape.source_length});
  encode_lengths_ = encode_graph_.input("source_lengths", DType::i32, {shape.rows});
  const auto projected = model.project_memory(model.encode(encode_source_, encode_lengths_));
  Updates updates;
  for (std::size_t layer = 0; layer < projected.size(); ++layer) {
    const Transformer::LayerCache kept = cache(encode_graph_, shape, layer);
    updates.push_back(encode_graph_.assign(kept.cross.keys, projected[layer].keys));
    updates.push_back(encode_graph_.assign(kept.cross.values, projected[layer].values));
  }
  encode_ = std::make_unique<Executable>(compile({}, updates, variables));
}

void GreedyDecoder::Step::build_step(const Shape& shape, Variables& variables) {
  Transformer model(step_graph_, config_);
  words_ = step_graph_.input("words", DType::i32, {shape.rows});
  position_ = step_graph_.input("position", DType::i32, {});
  step_lengths_ = step_graph_.input("source_lengths", DType::i32, {shape.rows});
  std::vector<Transformer::LayerCache> caches;
  for (std::size_t layer = 0; layer < static_cast<std::size_t>(config_.decoder_layers); ++layer) {
    caches.push_back(cache(step_graph_, shape, layer));
  }
  const auto result = model.decode_step(words_, position_, caches, step_lengths_);
  next_ = reshape(arg_max(model.logits(result.decoded)), {shape.rows});
  weights_ = result.cross_weights;
  Updates updates;
  for (std::size_t layer = 0; layer < caches.size(); ++layer) {
    updates.push_back(step_graph_.assign(caches[layer].self.keys, result.self[layer].keys));
    updates.push_back(step_graph_.assign(caches[layer].self.values, result.self[layer].values));
  }
  Tensors fetches{next_};
  if (shape.with_weights) fetches.push_back(weights_);
  step_ = std::make_unique<Executable>(compile(fetches, updates, variables));
}

GreedyDecoder::GreedyDecoder(const TransformerConfig& config, Variables& variables)
    : config_(config), variables_(variables) {}

GreedyDecoder::Step& GreedyDecoder::step_for(const Shape& shape) {
  auto& step = steps_[shape];
  if (!step) step = std::make_shared<Step>(config_, shape, variables_);
  return *step;
}

std::vector<DecodedSentence> GreedyDecoder::decode(std::span<const std::vector<std::int32_t>> sources,
                                                   bool with_weights) {
  std::vector<DecodedSentence> results(sources.size());
  std::vector<std::size_t> order(sources.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return sources[a].size() < sources[b].size(); });
  for (std::size_t first = 0; first < order.size(); first += most_rows) {
    const std::size_t count = std::min<std::size_t>(most_rows, order.size() - first);
    decode_together(sources, std::span(order).subspan(first, count), with_weights, results);
  }
  return results;
}

namespace {

// The mean over heads of row `row` of weights [B, h, 1, S].
std::vector<float> mean_over_heads(const Array& weights, std::int64_t row, std::int64_t length) {
  const std::int64_t heads = weights.shape()[1];
  const std::int64_t source = weights.shape()[3];
  const auto values = weights.values<float>();
  std::vector<float> mean(static_cast<std::size_t>(length));
  for (std::int64_t h = 0; h < heads; ++h) {
    for (std::int64_t s = 0; s < length; ++s) {
      mean[static_cast<std::size_t>(s)] +=
          values[static_cast<std::size_t>((row * heads + h) * source + s)] / static_cast<float>(heads);
    }
  }
  return mean;
}

}  // namespace

void GreedyDecoder::decode_together(std::span<const std::vector<std::int32_t>> sources,
                                    std::span<const std::size_t> chosen, bool with_weights,
                                    std::vector<DecodedSentence>& results) {
  std::int64_t longest_source = 1;
  for (const std::size_t i : chosen)
    longest_source = std::max(longest_source, static_cast<std::int64_t>(sources[i].size()));
  const Shape shape{rows_for(static_cast<std::int64_t>(chosen.size())), round_up(longest_source, 8),
                    with_weights};
  Step& step = step_for(shape);

  Array source(DType::i32, {shape.rows, shape.source_length});
  Array lengths(DType::i32, {shape.rows});
  Array words(DType::i32, {shape.rows});
  std::ranges::fill(lengths.values<std::int32_t>(), 1);
  std::ranges::fill(words.values<std::int32_t>(), start_id);
  for (std::size_t row = 0; row < chosen.size(); ++row) {
    const auto& sentence = sources[chosen[row]];
    std::ranges::copy(sentence, source.values<std::int32_t>().begin() +
                                    static_cast<std::ptrdiff_t>(row) * shape.source_length);
    lengths.values<std::int32_t>()[row] =
        std::max<std::int32_t>(1, static_cast<std::int32_t>(sentence.size()));
  }
  step.encode(source, lengths);

  std::size_t running = chosen.size();
  std::vector<bool> finished(chosen.size());
  for (std::int64_t position = 0; position < step.longest() && running > 0; ++position) {
    step.run(words, static_cast<std::int32_t>(position), lengths);
    const auto next = step.next_words();
    for (std::size_t row = 0; row < chosen.size(); ++row) {
      words.values<std::int32_t>()[row] = next[row];
      if (finished[row]) continue;
      DecodedSentence& result = results[chosen[row]];
      const auto source_words = static_cast<std::int64_t>(sources[chosen[row]].size());
      result.ended = next[row] == end_id;
      if (!result.ended) result.words.push_back(next[row]);
      if (!result.ended && with_weights) {
        result.weights.push_back(
            mean_over_heads(step.weights(), static_cast<std::int64_t>(row), source_words));
      }
      const bool full = static_cast<std::int64_t>(result.words.size()) >= source_words + words_beyond_source;
      if (result.ended || full) {
        finished[row] = true;
        --running;
      }
    }
  }
}

}  // namespace heed
