#include <fmt/format.h>

#include <heed/models/luong/luong.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/gather.h>
#include <heed/ops/matmul.h>
#include <heed/ops/pad.h>
#include <heed/ops/random.h>
#include <heed/ops/views.h>

namespace heed {

namespace {

std::optional<Initializer> initializer_of(const LuongConfig& c) {
  if (c.range > 0) return uniform_between(-c.range, c.range);
  return std::nullopt;
}

std::vector<LstmLayer> layers_of(Graph& graph, const char* name, const LuongConfig& c, Where where) {
  std::vector<LstmLayer> layers;
  for (std::int64_t i = 0; i < c.layers; ++i) {
    RecurrentOptions options{.in = i == 0 ? c.embedding : c.units, .units = c.units, .bias = c.bias};
    options.forget_bias = c.bias ? 1 : 0;
    options.input_initializer = options.state_initializer = initializer_of(c);
    options.dtype = c.dtype;
    layers.emplace_back(graph, fmt::format("{}/{}", name, i), options, where);
  }
  return layers;
}

// [T, B, ...] and [B, T, ...], each from the other.
Tensor swap_time(Tensor x) {
  return swap_axes(x, 0, 1);
}

}  // namespace

LuongModel::LuongModel(Graph& graph, const LuongConfig& c, Where where)
    : graph_(graph),
      config_(c),
      encoder_(layers_of(graph, "encoder", c, where)),
      decoder_(layers_of(graph, "decoder", c, where)) {
  const auto table = [&](const char* name, std::int64_t words) {
    const Initializer initializer = initializer_of(c).value_or(normal_with(0, 0.1));
    return graph.variable(name, c.dtype, {words, c.embedding}, initializer, where);
  };
  const auto matrix = [&](const char* name, std::int64_t in, std::int64_t out) {
    const Initializer initializer = initializer_of(c).value_or(glorot_uniform(in, out));
    return graph.variable(name, c.dtype, {in, out}, initializer, where);
  };
  embedding_ = table("embedding", c.vocabulary);
  source_embedding_ = c.source_vocabulary == 0 ? embedding_ : table("source_embedding", c.source_vocabulary);
  if (c.input_feeding) {
    W_fed_ = gate_matrix(graph, "decoder/0/fed_weight", {c.dtype, {c.units, 4 * c.units}}, 4,
                         initializer_of(c), where);
  }
  if (c.attention) {
    const LuongAttentionOptions options{c.score,   c.window,          c.units, c.half_width,
                                        c.longest, initializer_of(c), c.dtype};
    attention_.emplace(graph, "attention", options, where);
    W_c_of_context_ = matrix("attention/W_c_of_context", c.units, c.units);
    W_c_of_state_ = matrix("attention/W_c_of_state", c.units, c.units);
  }
  if (!c.tied) W_s_ = matrix("output/weight", c.units, c.vocabulary);
}

Tensor LuongModel::drop(Tensor x, const char* name) const {
  return dropout(x, config_.dropout, name);
}

// Section 2. Read from its end, a source's states still stand at its own positions.
LuongModel::Read LuongModel::read(Tensor source, Tensor source_lengths) {
  const Direction direction = config_.reversed ? Direction::backward : Direction::forward;
  Tensor states = embedding(source_embedding_, swap_time(source));  // [S, B, m]
  Read result;
  for (std::size_t i = 0; i < encoder_.size(); ++i) {
    const auto scope = graph_.scope(fmt::format("encoder/{}", i));
    const auto layer = encoder_[i](drop(states, "inputs"), source_lengths, direction);
    states = layer.states;
    result.state.layers.push_back(layer.last);
  }
  encoder_states_ = states;
  if (attention_) result.memory = attention_->project(swap_time(states), source_lengths);
  if (config_.input_feeding) {
    result.state.fed = broadcast_to(scalar_like(states, 0), {source.shape()[0], config_.units});
  }
  return result;
}

Tensor LuongModel::advance(Tensor projected, State& state) const {
  for (std::size_t i = 0; i < decoder_.size(); ++i) {
    const auto scope = graph_.scope(fmt::format("decoder/{}", i));
    LstmState& layer = state.layers[i];
    if (i > 0) projected = decoder_[i].project(drop(state.layers[i - 1].hidden, "inputs"));
    if (i == 0 && W_fed_) projected = matmul(drop(state.fed, "fed"), W_fed_, {.accumulate = projected});
    layer = decoder_[i].step(projected, layer);
  }
  return state.layers.back().hidden;
}

LuongModel::Attentional LuongModel::attend(Tensor states, Tensor positions, const Read& read) const {
  if (!attention_) return {states, {}};
  const auto scope = graph_.scope("attention");
  const Attended seen = (*attention_)(states, positions, *read.memory);
  const Tensor of_state = matmul(states, W_c_of_state_);
  return {tanh(matmul(seen.context, W_c_of_context_, {.accumulate = of_state})), seen};  // eq. 5
}

Tensors LuongModel::fed_vectors(Tensor projected, const Read& read) {
  State state = read.state;
  Tensors vectors, states;
  for (const Tensor& words : unstack(projected)) {
    const auto position = Array({1}, std::vector{static_cast<std::int32_t>(vectors.size())});
    const Tensor h_t = advance(words, state);
    states.push_back(h_t);
    const auto [attentional, seen] = attend(insert_axis(h_t, 1), graph_.constant(position), read);
    seen_.push_back(seen);
    state.fed = reshape(attentional, h_t.shape());
    vectors.push_back(state.fed);
  }
  decoder_states_ = stack(states);
  return vectors;
}

Tensor LuongModel::unfed_vectors(Tensor target_words, const Read& read) {
  Tensor states = target_words;
  for (std::size_t i = 0; i < decoder_.size(); ++i) {
    const auto scope = graph_.scope(fmt::format("decoder/{}", i));
    if (i > 0) states = drop(states, "inputs");
    states = decoder_[i](states, {}, Direction::forward, read.state.layers[i]).states;
  }
  const Tensor positions = iota(graph_, {DType::i32, {states.shape()[0]}}, 0);
  decoder_states_ = states;
  const auto [vectors, seen] = attend(swap_time(states), positions, read);
  if (seen.weights) seen_.push_back(seen);
  return vectors;
}

// eq. 6
Tensor LuongModel::output(Tensor vectors) const {
  const Tensor kept = dropout(vectors, config_.output_dropout, "output");
  return graph_.name(W_s_ ? matmul(kept, W_s_) : matmul(kept, embedding_, {.transpose_b = true}), "logits");
}

Tensor LuongModel::scores(Tensor source, Tensor source_lengths, Tensor target_input, Where where) {
  const auto origin = graph_.at(where);
  seen_.clear();
  const Read sentences = read(source, source_lengths);
  const Tensor words = drop(embedding(embedding_, swap_time(target_input)), "target_words");  // [T, B, m]
  if (!config_.input_feeding) return output(unfed_vectors(words, sentences));
  return output(swap_time(stack(fed_vectors(decoder_[0].project(words), sentences))));
}

Tensors LuongModel::attention_weights(Where where) {
  if (seen_.empty()) return {};
  const auto origin = graph_.at(where);
  const auto scope = graph_.scope("attention");
  return {graph_.name(of_all_steps(seen_, &Attended::weights), "weights")};
}

TranslationModel::States LuongModel::states(Where where) {
  const auto origin = graph_.at(where);
  const auto named = [&](const char* side, Tensor states, const char* name) {
    const auto scope = graph_.scope(side);
    return graph_.name(states, name);
  };
  States states{named("encoder", swap_time(encoder_states_), "states"),
                named("decoder", swap_time(decoder_states_), "states"),
                {},
                {}};
  if (seen_.empty()) return states;
  states.contexts = named("decoder", of_all_steps(seen_, &Attended::context), "contexts");
  states.scores = named("attention", of_all_steps(seen_, &Attended::scores), "scores");
  return states;
}

RecurrentModel::Encoded LuongModel::encode(Tensor source, Tensor source_lengths, Where where) {
  const auto origin = graph_.at(where);
  const auto [memory, state] = read(source, source_lengths);
  Encoded encoded;
  if (memory) encoded.memory = {memory->states, memory->keys};
  for (const LstmState& layer : state.layers) {
    encoded.state.push_back(layer.hidden);
    encoded.state.push_back(layer.cell);
  }
  if (state.fed) encoded.state.push_back(state.fed);
  return encoded;
}

RecurrentModel::StepResult LuongModel::step(const StepInputs& inputs, Where where) {
  const auto origin = graph_.at(where);
  Read at;
  if (attention_) at.memory = {inputs.memory[0], inputs.memory[1], inputs.source_lengths};
  for (std::size_t i = 0; i < decoder_.size(); ++i)
    at.state.layers.push_back({inputs.state[2 * i], inputs.state[2 * i + 1]});
  if (config_.input_feeding) at.state.fed = inputs.state.back();

  const std::int64_t rows = inputs.words.shape()[0], sentences = inputs.source_lengths.shape()[0];
  const Tensor h_t = advance(decoder_[0].project(embedding(embedding_, inputs.words)), at.state);
  const Tensor positions = broadcast_to(inputs.position, {rows / sentences});
  const auto [vectors, seen] =
      attend(reshape(h_t, {sentences, rows / sentences, config_.units}), positions, at);
  const Tensor flat = reshape(vectors, {rows, config_.units});
  StepResult result{{}, output(flat), seen.weights};
  for (const LstmState& layer : at.state.layers) {
    result.state.push_back(layer.hidden);
    result.state.push_back(layer.cell);
  }
  if (config_.input_feeding) result.state.push_back(flat);
  return result;
}

}  // namespace heed
