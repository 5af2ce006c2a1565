#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include <heed/models/decoding/sentence_graph.h>
#include <heed/models/training/run_directory.h>
#include <heed/models/visual/attention_data.h>

namespace heed {

namespace {

constexpr std::array<std::string_view, 3> kind_names{"encoder-self", "decoder-self", "cross"};

// A model's attentions are told apart by their names: encoder/0/self/weights, decoder/0/cross/weights,
// attention/weights.
AttentionKind kind_of(std::string_view tensor) {
  if (tensor.starts_with("encoder/")) return AttentionKind::encoder_self;
  if (tensor.find("/self/") != std::string_view::npos) return AttentionKind::decoder_self;
  return AttentionKind::cross;
}

// [1, h, T, S] or [1, T, S] -> [h, T, S].
Array by_head(const Array& weights) {
  const Shape& shape = weights.shape();
  const bool heads = shape.rank() == 4;
  Array result(DType::f32, {heads ? shape[1] : 1, shape[heads ? 2 : 1], shape[heads ? 3 : 2]});
  for (std::int64_t i = 0; i < result.elements(); ++i) result.set_number(i, weights.number(i));
  return result;
}

// [1, T, n] -> [T, n].
Array rows_of(const Array& states) {
  Array result(DType::f32, {states.shape()[1], states.shape()[2]});
  for (std::int64_t i = 0; i < result.elements(); ++i) result.set_number(i, states.number(i));
  return result;
}

std::vector<double> softmax_row(const Array& logits, std::int64_t row) {
  const std::int64_t words = logits.shape()[2];
  std::vector<double> p(static_cast<std::size_t>(words));
  for (std::int64_t i = 0; i < words; ++i) p[static_cast<std::size_t>(i)] = logits.number(row * words + i);
  const double largest = *std::ranges::max_element(p);
  for (double& value : p) value = std::exp(value - largest);
  const double total = std::accumulate(p.begin(), p.end(), 0.0);
  for (double& value : p) value /= total;
  return p;
}

DecodingStep step_of(const std::vector<double>& p, std::int32_t written, std::int64_t candidates,
                     const Vocabulary& vocabulary) {
  std::vector<std::int32_t> order(p.size());
  std::iota(order.begin(), order.end(), 0);
  const auto count = std::min(order.size(), static_cast<std::size_t>(candidates));
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(),
                    [&](std::int32_t a, std::int32_t b) {
                      const double pa = p[static_cast<std::size_t>(a)], pb = p[static_cast<std::size_t>(b)];
                      return pa > pb || (pa == pb && a < b);
                    });
  order.resize(count);
  DecodingStep step;
  const std::vector<std::string> pieces = vocabulary.pieces(order);
  for (std::size_t i = 0; i < count; ++i)
    step.candidates.push_back({pieces[i], p[static_cast<std::size_t>(order[i])]});
  step.probability = p[static_cast<std::size_t>(written)];
  return step;
}

std::vector<DecodingStep> steps_of(const Array& logits, std::span<const std::int32_t> written,
                                   std::int64_t candidates, const Vocabulary& vocabulary) {
  std::vector<DecodingStep> steps;
  for (std::size_t t = 0; t < written.size(); ++t) {
    const std::vector<double> p = softmax_row(logits, static_cast<std::int64_t>(t));
    steps.push_back(step_of(p, written[t], candidates, vocabulary));
  }
  return steps;
}

struct Positions {
  std::vector<std::int32_t> input, output;
};

// What each step read and wrote. A translation that was cut did not write </s>.
Positions positions_of(const Translation& translation) {
  Positions positions{translation.words, translation.words};
  positions.input.insert(positions.input.begin(), start_id);
  if (translation.ended) {
    positions.output.push_back(end_id);
  } else {
    positions.input.pop_back();
  }
  return positions;
}

// What is fetched of a sentence's graph, and afterwards its values.
struct Fetched {
  void add(const Tensor& tensor) {
    if (tensor) tensors.push_back(tensor);
  }
  const Array& of(const Tensor& tensor) const {
    return values[static_cast<std::size_t>(std::ranges::find(tensors, tensor) - tensors.begin())];
  }
  std::optional<Array> states(const Tensor& tensor) const {
    if (!tensor) return std::nullopt;
    return rows_of(of(tensor));
  }

  Tensors tensors;
  std::vector<Array> values;
};

// The attentions that are asked for: their tensors, and what is known of them before they are computed.
std::vector<std::pair<Tensor, AttentionLayer>> layers_of(const SentenceGraph& sentence,
                                                         const AttentionRequest& request) {
  std::array<std::int64_t, kind_names.size()> seen{};
  std::vector<std::pair<Tensor, AttentionLayer>> layers;
  for (const Tensor& tensor : sentence.attention_weights()) {
    AttentionLayer layer;
    layer.tensor = sentence.names().of({tensor.node(), tensor.output()});
    layer.kind = kind_of(layer.tensor);
    layer.layer = seen[static_cast<std::size_t>(layer.kind)]++;
    if (std::ranges::find(request.kinds, layer.kind) == request.kinds.end()) continue;
    layers.emplace_back(tensor, std::move(layer));
  }
  return layers;
}

// `what` they are is said in messages.
void require_readable_text(std::span<const std::string> texts, const Vocabulary& vocabulary,
                           std::string_view what) {
  for (std::size_t i = 0; i < texts.size(); ++i) {
    std::vector<std::int32_t> words;
    try {
      words = vocabulary.encode(texts[i]);
    } catch (const Error& error) {
      throw Error(fmt::format("{} {} cannot be read: {}", what, i + 1, error.what()));
    }
    const bool blank = texts[i].find_first_not_of(" \t\r\n\v\f") == std::string::npos;
    if (blank || words.empty())
      throw Error(fmt::format("{} {} is empty: it needs one word or more", what, i + 1));
    if (words.size() <= Translator::most_source_words) continue;
    throw Error(fmt::format("{} {} has {} pieces; it may have {}", what, i + 1, words.size(),
                            Translator::most_source_words));
  }
}

}  // namespace

std::string_view name_of(AttentionKind kind) {
  return kind_names[static_cast<std::size_t>(kind)];
}

AttentionKind attention_kind(std::string_view name) {
  const auto found = std::ranges::find(kind_names, name);
  if (found != kind_names.end()) return static_cast<AttentionKind>(found - kind_names.begin());
  throw Error(fmt::format(
      "no kind of attention is called \"{}\"; there are encoder-self, decoder-self, cross", name));
}

AttentionReader::AttentionReader(const std::string& path, std::shared_ptr<Backend> backend)
    : checkpoint_(read_checkpoint(find_checkpoint(path))),
      variables_(std::move(backend)),
      translator_(checkpoint_.info.config, checkpoint_.vocabularies, variables_) {
  load_model(checkpoint_.path, checkpoint_.info, variables_);
  const SentenceGraph shortest(checkpoint_.info.config, 1, 1);
  for (const AttentionKind kind :
       {AttentionKind::encoder_self, AttentionKind::decoder_self, AttentionKind::cross}) {
    if (!layers_of(shortest, {.kinds = {kind}}).empty()) kinds_.push_back(kind);
  }
}

void AttentionReader::require_readable(std::span<const std::string> texts) const {
  require_readable_text(texts, checkpoint_.vocabularies.source, "sentence");
}

void AttentionReader::require_readable_translations(std::span<const std::string> translations,
                                                    std::size_t sentences) const {
  if (translations.size() != sentences)
    throw Error(fmt::format("{} translations are given for {} sentences: one belongs to each",
                            translations.size(), sentences));
  require_readable_text(translations, checkpoint_.vocabularies.target, "translation");
}

std::vector<SentenceAttention> AttentionReader::read(std::span<const std::string> texts,
                                                     const DecodingOptions& decoding,
                                                     const AttentionRequest& request) {
  require_readable(texts);
  const std::vector<Translation> translations = translator_.translate(texts, decoding);
  std::vector<SentenceAttention> sentences;
  for (std::size_t i = 0; i < texts.size(); ++i)
    sentences.push_back(look(texts[i], translations[i], request));
  return sentences;
}

std::vector<SentenceAttention> AttentionReader::read_given(std::span<const std::string> texts,
                                                           std::span<const std::string> translations,
                                                           AttentionRequest request) {
  require_readable(texts);
  require_readable_translations(translations, texts.size());
  request.candidates = std::max(request.candidates, std::int64_t{1});
  std::vector<SentenceAttention> sentences;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    SentenceAttention sentence = look(texts[i], given(texts[i], translations[i]), request);
    for (const DecodingStep& step : sentence.steps) sentence.log_probability += std::log(step.probability);
    sentences.push_back(std::move(sentence));
  }
  return sentences;
}

Translation AttentionReader::given(const std::string& text, const std::string& translation) const {
  Translation result;
  result.text = translation;
  result.source_words = checkpoint_.vocabularies.source.encode(text);
  result.source_words.push_back(end_id);
  result.words = checkpoint_.vocabularies.target.encode(translation);
  return result;
}

SentenceAttention AttentionReader::look(const std::string& text, const Translation& translation,
                                        const AttentionRequest& request) {
  const Vocabularies& vocabularies = checkpoint_.vocabularies;
  const Positions positions = positions_of(translation);
  SentenceAttention result;
  result.text = text;
  result.translation = translation.text;
  result.log_probability = translation.log_probability;
  result.ended = translation.ended;
  result.source = tokens_of(vocabularies.source, translation.source_words);
  result.input = tokens_of(vocabularies.target, positions.input);
  result.output = tokens_of(vocabularies.target, positions.output);
  if (request.kinds.empty() && request.candidates == 0 && !request.states) return result;

  SentenceGraph sentence(checkpoint_.info.config, std::ssize(translation.source_words),
                         std::ssize(positions.input));
  auto layers = layers_of(sentence, request);
  Fetched fetched;
  for (const auto& [tensor, layer] : layers) fetched.add(tensor);
  if (request.candidates > 0) fetched.add(sentence.logits());
  const auto& states = sentence.states();
  if (request.states) {
    for (const Tensor& tensor : {states.encoder, states.decoder, states.contexts, states.scores})
      fetched.add(tensor);
  }
  if (fetched.tensors.empty()) return result;
  fetched.values = sentence.values(fetched.tensors, translation.source_words, positions.input, variables_);

  for (auto& [tensor, layer] : layers) {
    layer.weights = by_head(fetched.of(tensor));
    result.layers.push_back(std::move(layer));
  }
  if (request.candidates > 0) {
    const Array& logits = fetched.of(sentence.logits());
    result.steps = steps_of(logits, positions.output, request.candidates, vocabularies.target);
  }
  if (request.states) {
    result.encoder_states = fetched.states(states.encoder);
    result.decoder_states = fetched.states(states.decoder);
    result.contexts = fetched.states(states.contexts);
    result.scores = fetched.states(states.scores);
  }
  return result;
}

}  // namespace heed
