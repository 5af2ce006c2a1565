#include <fmt/format.h>

#include <heed/models/visual/weight_matrix.h>

namespace heed {

namespace {

const AttentionLayer& layer_of(const SentenceAttention& sentence, const MatrixView& view) {
  const AttentionLayer* found = nullptr;
  std::int64_t layers = 0;
  for (const AttentionLayer& layer : sentence.layers) {
    if (layer.kind != view.kind) continue;
    ++layers;
    if (!view.layer || layer.layer == *view.layer) found = &layer;
  }
  if (layers == 0) throw Error(fmt::format("there is no {} attention to show", name_of(view.kind)));
  if (found == nullptr) {
    throw Error(fmt::format("there is no layer {} of {} attention: layers are 0 to {}", *view.layer,
                            name_of(view.kind), layers - 1));
  }
  return *found;
}

// One head's weights, or the mean over heads; [rows, columns].
std::vector<float> over_heads(const AttentionLayer& layer, const MatrixView& view) {
  const std::int64_t heads = layer.weights.shape()[0];
  const auto size = static_cast<std::size_t>(layer.weights.elements() / heads);
  const std::span<const float> all = layer.weights.values<float>();
  if (view.head) {
    if (*view.head >= heads || *view.head < 0) {
      throw Error(fmt::format("there is no head {}: {} attention has heads 0 to {}", *view.head,
                              name_of(view.kind), heads - 1));
    }
    const std::span<const float> one = all.subspan(static_cast<std::size_t>(*view.head) * size, size);
    return {one.begin(), one.end()};
  }
  std::vector<float> mean(size);
  for (std::size_t i = 0; i < size; ++i) {
    double total = 0;
    for (std::size_t h = 0; h < static_cast<std::size_t>(heads); ++h)
      total += static_cast<double>(all[h * size + i]);
    mean[i] = static_cast<float>(total / static_cast<double>(heads));
  }
  return mean;
}

std::string title_of(const AttentionLayer& layer, const MatrixView& view) {
  const std::int64_t heads = layer.weights.shape()[0];
  std::string title = fmt::format("{} attention, layer {}", name_of(layer.kind), layer.layer);
  if (view.head) return fmt::format("{}, head {}", title, *view.head);
  return heads == 1 ? title : fmt::format("{}, mean over {} heads", title, heads);
}

// Sums over the pieces of a column's word, means over those of a row's.
std::vector<float> joined(std::span<const float> weights, const Tokens& rows, const Tokens& columns) {
  const std::size_t width = columns.words.size();
  std::vector<double> sums(rows.words.size() * width);
  std::vector<std::size_t> pieces(rows.words.size());
  for (std::size_t r = 0; r < rows.pieces.size(); ++r) {
    ++pieces[rows.word_of[r]];
    for (std::size_t c = 0; c < columns.pieces.size(); ++c) {
      const auto weight = static_cast<double>(weights[r * columns.pieces.size() + c]);
      sums[rows.word_of[r] * width + columns.word_of[c]] += weight;
    }
  }
  std::vector<float> result;
  for (std::size_t i = 0; i < sums.size(); ++i)
    result.push_back(static_cast<float>(sums[i] / static_cast<double>(pieces[i / width])));
  return result;
}

std::vector<bool> special_pieces(const Tokens& tokens) {
  std::vector<bool> special;
  for (const std::size_t word : tokens.word_of) special.push_back(tokens.special_words[word]);
  return special;
}

}  // namespace

WeightMatrix matrix_of(const SentenceAttention& sentence, const MatrixView& view) {
  const AttentionLayer& layer = layer_of(sentence, view);
  const Tokens& steps = view.by_input ? sentence.input : sentence.output;
  const Tokens& rows = view.kind == AttentionKind::encoder_self ? sentence.source : steps;
  const Tokens& columns = view.kind == AttentionKind::decoder_self ? sentence.input : sentence.source;
  WeightMatrix matrix;
  matrix.title = title_of(layer, view);
  matrix.weights = over_heads(layer, view);
  if (view.pieces) {
    matrix.rows = rows.pieces;
    matrix.columns = columns.pieces;
    matrix.special_rows = special_pieces(rows);
    matrix.special_columns = special_pieces(columns);
    return matrix;
  }
  matrix.weights = joined(matrix.weights, rows, columns);
  matrix.rows = rows.words;
  matrix.columns = columns.words;
  matrix.special_rows = rows.special_words;
  matrix.special_columns = columns.special_words;
  return matrix;
}

}  // namespace heed
