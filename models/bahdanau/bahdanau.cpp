#include <heed/models/bahdanau/bahdanau.h>
#include <heed/models/layers.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/gather.h>
#include <heed/ops/matmul.h>
#include <heed/ops/pad.h>
#include <heed/ops/random.h>
#include <heed/ops/views.h>

namespace heed {

namespace {

// Of matrices that are no recurrent ones.
std::optional<Initializer> matrices_of(const BahdanauConfig& c) {
  if (c.paper_start) return normal_with(0, 0.01);
  return std::nullopt;
}

RecurrentOptions layer_options(const BahdanauConfig& c, std::int64_t units) {
  RecurrentOptions options{.in = c.embedding, .units = units, .dtype = c.dtype};
  options.input_initializer = matrices_of(c);
  if (c.paper_start) options.state_initializer = orthogonal();
  return options;
}

std::int64_t annotation_width(const BahdanauConfig& c) {
  return (c.attention ? 2 : 1) * c.encoder_units;
}

// [T, B, ...] and [B, T, ...], each from the other.
Tensor swap_time(Tensor x) {
  return swap_axes(x, 0, 1);
}

}  // namespace

BahdanauModel::BahdanauModel(Graph& graph, const BahdanauConfig& c, Where where)
    : graph_(graph),
      config_(c),
      encoder_(graph, "encoder", layer_options(c, c.encoder_units), where),
      decoder_(graph, "decoder", layer_options(c, c.units), where) {
  const auto matrix = [&](const std::string& name, std::int64_t in, std::int64_t out) {
    const Initializer initializer = matrices_of(c).value_or(glorot_uniform(in, out));
    return graph.variable(name, c.dtype, {in, out}, initializer, where);
  };
  const auto table = [&](const char* name, std::int64_t words) {
    const Initializer initializer = normal_with(0, c.paper_start ? 0.01 : 0.1);
    return graph.variable(name, c.dtype, {words, c.embedding}, initializer, where);
  };
  const std::int64_t annotation = annotation_width(c);
  embedding_ = table("embedding", c.vocabulary);
  source_embedding_ = c.source_vocabulary == 0 ? embedding_ : table("source_embedding", c.source_vocabulary);
  if (c.attention) {
    BahdanauAttentionOptions options{c.units, annotation, c.alignment, {}, {}, c.dtype};
    if (c.paper_start) {
      options.matrices = normal_with(0, 0.001);
      options.vector = zeros();
    }
    attention_.emplace(graph, "attention", options, where);
  }
  C_ = gate_matrix(graph, "decoder/context_weight", {c.dtype, {annotation, 3 * c.units}}, 3, matrices_of(c),
                   where);
  W_s_ = matrix("start/weight", c.encoder_units, c.units);
  b_s_ = graph.variable("start/bias", c.dtype, {c.units}, zeros(), where);
  U_o_ = matrix("output/state_weight", c.units, 2 * c.maxout);
  V_o_ = matrix("output/word_weight", c.embedding, 2 * c.maxout);
  C_o_ = matrix("output/context_weight", annotation, 2 * c.maxout);
  b_o_ = graph.variable("output/bias", c.dtype, {2 * c.maxout}, zeros(), where);
  if (!c.tied) W_o_ = matrix("output/weight", c.maxout, c.vocabulary);
}

bool BahdanauModel::keeps_context() const {
  return config_.variant == BahdanauVariant::look_generate_update;
}

// A.2.1: annotations from both directions, and the first state from the backward one at the first word.
BahdanauModel::Read BahdanauModel::read(Tensor source, Tensor source_lengths) {
  const Tensor words = dropout(embedding(source_embedding_, swap_time(source)), config_.embedding_dropout,
                               "source_words");  // [S, B, m]
  const auto annotations = [&] {
    const auto scope = graph_.scope("encoder");
    return encoder_(words, source_lengths);
  }();
  annotations_ = annotations.states;
  Read result;
  if (attention_) {
    const auto scope = graph_.scope("attention");
    const Tensor h = dropout(swap_time(annotations.states), config_.context_dropout, "annotations");
    result.memory.annotations = attention_->project(h, source_lengths);
  } else {
    result.memory.context = dropout(annotations.forward_last, config_.context_dropout, "annotations");
  }
  result.state.s = tanh(matmul(annotations.backward_last, W_s_) + b_s_);
  return result;
}

Attended BahdanauModel::look(Tensor s, const Memory& memory) const {
  const std::int64_t rows = s.shape()[0];
  if (!attention_) {
    const std::int64_t sentences = memory.context.shape()[0], width = memory.context.shape()[1];
    const Tensor each = broadcast_to(insert_axis(memory.context, 1), {sentences, rows / sentences, width});
    return {reshape(each, {rows, width}), {}, {}};
  }
  const std::int64_t sentences = memory.annotations.annotations.shape()[0];
  Attended seen = (*attention_)(reshape(s, {sentences, rows / sentences, config_.units}), memory.annotations);
  seen.context = reshape(seen.context, {rows, annotation_width(config_)});
  return seen;
}

Tensor BahdanauModel::update(Tensor projected, Tensor s, Tensor context, Tensor alive) const {
  return decoder_.step(matmul(context, C_, {.accumulate = projected}), s, alive);
}

BahdanauModel::Advanced BahdanauModel::advance(Tensor projected, const State& state, const Memory& memory,
                                               Tensor started) const {
  if (keeps_context()) {
    const Tensor q = update(projected, state.s, state.context, started);
    const Attended seen = look(q, memory);
    return {{q, seen.context}, q, seen};
  }
  const Attended seen = look(state.s, memory);
  const Tensor s = update(projected, state.s, seen.context);
  const Tensor generating = config_.variant == BahdanauVariant::appendix ? state.s : s;
  return {{s, {}}, generating, seen};
}

// A.2.2: u = U_o s + V_o E y + C_o c, of which the larger of each pair stays. The pairs are (j, j + l) and
// not the paper's (2j - 1, 2j): the same up to the order of columns, and each half lies in a row.
Tensor BahdanauModel::hidden(Tensor s, Tensor words, Tensor context) const {
  const Tensor of_words = matmul(words, V_o_) + b_o_;
  const Tensor of_states = matmul(s, U_o_, {.accumulate = of_words});
  const Tensor u = matmul(context, C_o_, {.accumulate = of_states});
  const Tensors halves = split(u, -1, 2);
  return maximum(halves[0], halves[1]);
}

Tensor BahdanauModel::output(Tensor hidden) const {
  const Tensor kept = dropout(hidden, config_.output_dropout, "output");
  return graph_.name(W_o_ ? matmul(kept, W_o_) : matmul(kept, embedding_, {.transpose_b = true}), "logits");
}

Tensor BahdanauModel::scores(Tensor source, Tensor source_lengths, Tensor target_input, Where where) {
  const auto origin = graph_.at(where);
  const auto [memory, first] = read(source, source_lengths);
  const Tensor words = dropout(embedding(embedding_, swap_time(target_input)), config_.embedding_dropout,
                               "target_words");  // [T, B, m]
  seen_.clear();
  Tensors states, contexts;
  State state = first;
  for (const Tensor& projected : unstack(decoder_.project(words))) {
    const auto scope = graph_.scope("decoder");
    Advanced step;
    if (keeps_context() && states.empty()) {
      const Attended seen = look(state.s, memory);  // the first state has not read a word
      step = {{state.s, seen.context}, state.s, seen};
    } else {
      step = advance(projected, state, memory, {});
    }
    state = step.next;
    states.push_back(step.s);
    contexts.push_back(step.seen.context);
    if (attention_) seen_.push_back(step.seen);
  }
  states_ = stack(states);
  contexts_ = stack(contexts);
  return output(swap_time(hidden(states_, words, contexts_)));
}

Tensors BahdanauModel::attention_weights(Where where) {
  if (seen_.empty()) return {};
  const auto origin = graph_.at(where);
  const auto scope = graph_.scope("attention");
  return {graph_.name(of_all_steps(seen_, &Attended::weights), "weights")};
}

TranslationModel::States BahdanauModel::states(Where where) {
  const auto origin = graph_.at(where);
  const auto named = [&](const char* side, Tensor states, const char* name) {
    const auto scope = graph_.scope(side);
    return graph_.name(swap_time(states), name);
  };
  States states{named("encoder", annotations_, "states"),
                named("decoder", states_, "states"),
                named("decoder", contexts_, "contexts"),
                {}};
  if (seen_.empty()) return states;
  const auto scope = graph_.scope("attention");
  states.scores = graph_.name(of_all_steps(seen_, &Attended::scores), "scores");
  return states;
}

RecurrentModel::Encoded BahdanauModel::encode(Tensor source, Tensor source_lengths, Where where) {
  const auto origin = graph_.at(where);
  const auto [memory, state] = read(source, source_lengths);
  Encoded encoded{{memory.context}, {state.s}};
  if (attention_) encoded.memory = {memory.annotations.annotations, memory.annotations.keys};
  if (keeps_context()) {
    const std::int64_t sentences = source.shape()[0];
    encoded.state.push_back(broadcast_to(scalar_like(state.s, 0), {sentences, annotation_width(config_)}));
  }
  return encoded;
}

RecurrentModel::StepResult BahdanauModel::step(const StepInputs& inputs, Where where) {
  const auto origin = graph_.at(where);
  Memory memory;
  if (attention_) {
    memory.annotations = attention_->remember(inputs.memory[0], inputs.memory[1], inputs.source_lengths);
  } else {
    memory.context = inputs.memory[0];
  }
  State state{inputs.state[0], {}};
  Tensor started;
  if (keeps_context()) {
    state.context = inputs.state[1];
    started = broadcast_to(greater(inputs.position, 0.0), {inputs.words.shape()[0], 1});
  }
  const Tensor words = embedding(embedding_, inputs.words);
  const Advanced step = advance(decoder_.project(words), state, memory, started);
  StepResult result{{step.next.s}, output(hidden(step.s, words, step.seen.context)), step.seen.weights};
  if (keeps_context()) result.state.push_back(step.next.context);
  return result;
}

}  // namespace heed
