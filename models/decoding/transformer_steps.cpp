#include <fmt/format.h>

#include <heed/graph/error.h>
#include <heed/models/decoding/transformer_steps.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/gather.h>
#include <heed/ops/reduce.h>
#include <heed/ops/views.h>

namespace heed {

namespace {

// Row r of the table: where the words of hypothesis r are kept, each in its own row from word `from` on.
void keep_in_own_row(std::span<std::int32_t> table, std::int64_t row, std::int64_t longest,
                     std::int64_t from) {
  const auto begin = table.begin() + row * longest;
  std::fill(begin + from, begin + longest, static_cast<std::int32_t>(row));
}

}  // namespace

TransformerSteps::TransformerSteps(const TransformerConfig& config, const DecodingShape& shape,
                                   Variables& variables)
    : config_(config), shape_(shape), variables_(variables) {
  config_.dropout = 0;
  cache_rows_ = Array(DType::i32, {shape.rows(), shape.longest});
  build_encoder();
  build_step();
}

std::vector<Transformer::LayerCache> TransformerSteps::caches(Graph& graph,
                                                              const DecodingShape& shape) const {
  const std::int64_t head = config_.width / config_.heads;
  const std::string self = fmt::format("{}self/{}x{}", decoding_prefix, shape.rows(), shape.longest);
  const std::string cross =
      fmt::format("{}cross/{}x{}", decoding_prefix, shape.sentences, shape.source_length);
  const auto make = [&](const std::string& of, std::int64_t layer, const char* part, std::int64_t rows,
                        std::int64_t length) {
    return graph.variable(fmt::format("{}/{}/{}", of, layer, part), config_.dtype,
                          {rows, length, config_.heads, head}, zeros());
  };
  std::vector<Transformer::LayerCache> layers;
  for (std::int64_t i = 0; i < config_.decoder_layers; ++i) {
    layers.push_back({{make(self, i, "keys", shape.rows(), shape.longest),
                       make(self, i, "values", shape.rows(), shape.longest)},
                      {make(cross, i, "keys", shape.sentences, shape.source_length),
                       make(cross, i, "values", shape.sentences, shape.source_length)}});
  }
  return layers;
}

void TransformerSteps::build_encoder() {
  Transformer model(encode_graph_, config_);
  encode_source_ = encode_graph_.input("source", DType::i32, {shape_.sentences, shape_.source_length});
  encode_lengths_ = encode_graph_.input("source_lengths", DType::i32, {shape_.sentences});
  const auto projected = model.project_memory(model.encode(encode_source_, encode_lengths_));
  const auto kept = caches(encode_graph_, shape_);
  Updates updates;
  for (std::size_t layer = 0; layer < projected.size(); ++layer) {
    updates.push_back(encode_graph_.assign(kept[layer].cross.keys, projected[layer].keys));
    updates.push_back(encode_graph_.assign(kept[layer].cross.values, projected[layer].values));
  }
  encode_ = std::make_unique<Executable>(compile({}, updates, variables_));
}

void TransformerSteps::build_step() {
  Graph& graph = step_graph_;
  Transformer model(graph, config_);
  const std::int64_t rows = shape_.rows(), vocabulary = config_.vocabulary;
  words_ = graph.input("words", DType::i32, {rows});
  forced_ = graph.input("forced", DType::i32, {rows});
  position_ = graph.input("position", DType::i32, {});
  step_cache_rows_ = graph.input("cache_rows", DType::i32, {rows, shape_.longest});
  step_lengths_ = graph.input("source_lengths", DType::i32, {shape_.sentences});
  const auto kept = caches(graph, shape_);
  const Tensor words = reshape(words_, {shape_.sentences, shape_.beams});
  const auto result = model.decode_step({words, position_, step_cache_rows_, step_lengths_}, kept);
  const Tensor scores = reshape(model.logits(result.decoded), {rows, vocabulary});
  next_ = NextWords(scores, forced_, shape_.candidates);
  Tensors fetches = next_.fetches();
  if (shape_.with_weights) {
    weights_ = mean(result.cross_weights, {1});  // over heads: [B, K, S]
    fetches.push_back(weights_);
  }
  Updates updates;
  for (std::size_t layer = 0; layer < kept.size(); ++layer) {
    updates.push_back(graph.assign(kept[layer].self.keys, result.self[layer].keys));
    updates.push_back(graph.assign(kept[layer].self.values, result.self[layer].values));
  }
  step_ = std::make_unique<Executable>(compile(fetches, updates, variables_));
}

TransformerSteps::Move TransformerSteps::build_take_over(const DecodingShape& from) const {
  Move move{std::make_unique<Graph>(), {}, {}, nullptr};
  move.places = move.graph->input("places", DType::i32, {shape_.rows(), shape_.longest});
  move.sentences = move.graph->input("sentences", DType::i32, {shape_.sentences});
  const auto theirs = caches(*move.graph, from), ours = caches(*move.graph, shape_);
  Updates updates;
  const auto take = [&](const Tensor& to, const Tensor& source, const Tensor& rows) {
    updates.push_back(move.graph->assign(to, gather_rows(source, rows)));
  };
  const auto word_by_word = [](const Tensor& cache) {
    const Shape& shape = cache.shape();
    return reshape(cache, {shape[0] * shape[1], shape[2], shape[3]});
  };
  for (std::size_t layer = 0; layer < ours.size(); ++layer) {
    take(ours[layer].self.keys, word_by_word(theirs[layer].self.keys), move.places);
    take(ours[layer].self.values, word_by_word(theirs[layer].self.values), move.places);
    take(ours[layer].cross.keys, theirs[layer].cross.keys, move.sentences);
    take(ours[layer].cross.values, theirs[layer].cross.values, move.sentences);
  }
  move.executable = std::make_unique<Executable>(compile({}, updates, variables_));
  return move;
}

void TransformerSteps::encode(const Array& source, const Array& lengths) {
  encode_->run({{encode_source_, source}, {encode_lengths_, lengths}});
  lengths_ = lengths;
  keep_all_in_own_rows();
}

void TransformerSteps::keep_all_in_own_rows() {
  const auto table = cache_rows_.values<std::int32_t>();
  for (std::int64_t row = 0; row < shape_.rows(); ++row) keep_in_own_row(table, row, shape_.longest, 0);
}

void TransformerSteps::reorder(const Array& parents, std::int64_t position) {
  const Array before = cache_rows_;
  const auto table = cache_rows_.values<std::int32_t>();
  for (std::int64_t row = 0; row < shape_.rows(); ++row) {
    const std::int64_t parent = parents.values<std::int32_t>()[static_cast<std::size_t>(row)];
    std::copy_n(before.values<std::int32_t>().begin() + parent * shape_.longest, position,
                table.begin() + row * shape_.longest);
    keep_in_own_row(table, row, shape_.longest, position);
  }
}

// Where the words of these rows' hypotheses are kept, as places in all of a cache.
Array TransformerSteps::places_of(const Array& rows) const {
  Array places(DType::i32, {rows.elements(), shape_.longest});
  auto to = places.values<std::int32_t>().begin();
  for (const std::int32_t row : rows.values<std::int32_t>()) {
    for (std::int64_t word = 0; word < shape_.longest; ++word) {
      const auto at = static_cast<std::size_t>(row * shape_.longest + word);
      const std::int64_t kept = cache_rows_.values<std::int32_t>()[at];
      *to++ = static_cast<std::int32_t>(kept * shape_.longest + word);
    }
  }
  return places;
}

void TransformerSteps::take_over(StepModel& other, const Array& sentences, const Array& parents) {
  auto& from = dynamic_cast<TransformerSteps&>(other);
  if (from.shape_.longest != shape_.longest || from.shape_.source_length != shape_.source_length) {
    throw InternalError("sentences move between decoders of different lengths");
  }
  auto found = take_overs_.find(from.shape_);
  if (found == take_overs_.end()) {
    found = take_overs_.emplace(from.shape_, build_take_over(from.shape_)).first;
  }
  const Move& move = found->second;
  move.executable->run({{move.places, from.places_of(parents)}, {move.sentences, sentences}});
  keep_all_in_own_rows();
  lengths_ = rows_of_lengths(from.lengths_, sentences);
}

StepModel::Scores TransformerSteps::step(const Array& words, const Array& forced, std::int64_t position) {
  const Array at = Array::scalar(static_cast<std::int32_t>(position));
  step_->run({{words_, words},
              {forced_, forced},
              {position_, at},
              {step_cache_rows_, cache_rows_},
              {step_lengths_, lengths_}});
  Scores scores = next_.read(*step_);
  if (shape_.with_weights) scores.weights = step_->value(weights_).values<float>();
  return scores;
}

}  // namespace heed
