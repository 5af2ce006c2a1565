#include <fmt/format.h>

#include <heed/graph/error.h>
#include <heed/models/decoding/recurrent_steps.h>
#include <heed/ops/gather.h>
#include <heed/ops/views.h>

namespace heed {

namespace {

std::unique_ptr<RecurrentModel> recurrent_model(Graph& graph, const ModelConfig& config) {
  std::unique_ptr<TranslationModel> model = make_model(graph, config);
  if (!dynamic_cast<RecurrentModel*>(model.get())) {
    throw Error(fmt::format("a {} has no state to be stepped with", model_name(config)));
  }
  return std::unique_ptr<RecurrentModel>(static_cast<RecurrentModel*>(model.release()));
}

// Each row of [B, ...] K times, one after the other: [B * K, ...].
Tensor repeat_rows(Tensor x, std::int64_t times) {
  const Shape& shape = x.shape();
  const Tensor each = insert_axis(x, 1);
  return reshape(broadcast_to(each, each.shape().with(1, times)), shape.with(0, shape[0] * times));
}

std::vector<TensorType> types_for_one(const Tensors& tensors) {
  std::vector<TensorType> types;
  for (const Tensor& tensor : tensors) types.push_back({tensor.dtype(), tensor.shape().with(0, 1)});
  return types;
}

}  // namespace

RecurrentSteps::RecurrentSteps(const ModelConfig& config, const DecodingShape& shape, Variables& variables)
    : config_(without_dropout(config)), shape_(shape), variables_(variables) {
  build_encoder();
  build_step();
}

RecurrentSteps::Kept RecurrentSteps::kept_in(Graph& graph, const DecodingShape& shape) const {
  const auto make = [&](const std::string& name, const std::vector<TensorType>& types, std::int64_t rows) {
    Tensors variables;
    for (const TensorType& type : types) {
      variables.push_back(graph.variable(fmt::format("{}{}/{}", decoding_prefix, name, variables.size()),
                                         type.dtype, type.shape.with(0, rows), zeros()));
    }
    return variables;
  };
  return {
      make(fmt::format("memory/{}x{}", shape.sentences, shape.source_length), memory_types_, shape.sentences),
      make(fmt::format("state/{}", shape.rows()), state_types_, shape.rows())};
}

void RecurrentSteps::build_encoder() {
  Graph& graph = encode_graph_;
  const auto model = recurrent_model(graph, config_);
  encode_source_ = graph.input("source", DType::i32, {shape_.sentences, shape_.source_length});
  encode_lengths_ = graph.input("source_lengths", DType::i32, {shape_.sentences});
  const RecurrentModel::Encoded encoded = model->encode(encode_source_, encode_lengths_);
  memory_types_ = types_for_one(encoded.memory);
  state_types_ = types_for_one(encoded.state);
  const Kept kept = kept_in(graph, shape_);
  Updates updates;
  for (std::size_t i = 0; i < encoded.memory.size(); ++i)
    updates.push_back(graph.assign(kept.memory[i], encoded.memory[i]));
  for (std::size_t i = 0; i < encoded.state.size(); ++i)
    updates.push_back(graph.assign(kept.state[i], repeat_rows(encoded.state[i], shape_.beams)));
  encode_ = std::make_unique<Executable>(compile({}, updates, variables_));
}

void RecurrentSteps::build_step() {
  Graph& graph = step_graph_;
  const auto model = recurrent_model(graph, config_);
  words_ = graph.input("words", DType::i32, {shape_.rows()});
  forced_ = graph.input("forced", DType::i32, {shape_.rows()});
  position_ = graph.input("position", DType::i32, {});
  step_lengths_ = graph.input("source_lengths", DType::i32, {shape_.sentences});
  const Kept kept = kept_in(graph, shape_);
  const RecurrentModel::StepResult result =
      model->step({words_, position_, step_lengths_, kept.memory, kept.state});
  next_ = NextWords(result.scores, forced_, shape_.candidates);
  Tensors fetches = next_.fetches();
  if (shape_.with_weights && result.weights) {
    weights_ = result.weights;
    fetches.push_back(weights_);
  }
  Updates updates;
  for (std::size_t i = 0; i < kept.state.size(); ++i)
    updates.push_back(graph.assign(kept.state[i], result.state[i]));
  step_ = std::make_unique<Executable>(compile(fetches, updates, variables_));
}

RecurrentSteps::Move RecurrentSteps::build_reorder() const {
  Move move{std::make_unique<Graph>(), {}, {}, nullptr};
  move.parents = move.graph->input("parents", DType::i32, {shape_.rows()});
  Updates updates;
  for (const Tensor& state : kept_in(*move.graph, shape_).state)
    updates.push_back(move.graph->assign(state, gather_rows(state, move.parents)));
  move.executable = std::make_unique<Executable>(compile({}, updates, variables_));
  return move;
}

RecurrentSteps::Move RecurrentSteps::build_take_over(const DecodingShape& from) const {
  Move move{std::make_unique<Graph>(), {}, {}, nullptr};
  move.sentences = move.graph->input("sentences", DType::i32, {shape_.sentences});
  move.parents = move.graph->input("parents", DType::i32, {shape_.rows()});
  const Kept theirs = kept_in(*move.graph, from), ours = kept_in(*move.graph, shape_);
  Updates updates;
  const auto take = [&](const Tensors& to, const Tensors& source, const Tensor& rows) {
    for (std::size_t i = 0; i < to.size(); ++i)
      updates.push_back(move.graph->assign(to[i], gather_rows(source[i], rows)));
  };
  take(ours.memory, theirs.memory, move.sentences);
  take(ours.state, theirs.state, move.parents);
  move.executable = std::make_unique<Executable>(compile({}, updates, variables_));
  return move;
}

void RecurrentSteps::encode(const Array& source, const Array& lengths) {
  encode_->run({{encode_source_, source}, {encode_lengths_, lengths}});
  lengths_ = lengths;
}

void RecurrentSteps::reorder(const Array& parents, std::int64_t) {
  if (!reorder_.executable) reorder_ = build_reorder();
  reorder_.executable->run({{reorder_.parents, parents}});
}

void RecurrentSteps::take_over(StepModel& other, const Array& sentences, const Array& parents) {
  auto& from = dynamic_cast<RecurrentSteps&>(other);
  if (from.shape_.source_length != shape_.source_length) {
    throw InternalError("sentences move between decoders of different lengths");
  }
  auto found = take_overs_.find(from.shape_);
  if (found == take_overs_.end()) {
    found = take_overs_.emplace(from.shape_, build_take_over(from.shape_)).first;
  }
  const Move& move = found->second;
  move.executable->run({{move.sentences, sentences}, {move.parents, parents}});
  lengths_ = rows_of_lengths(from.lengths_, sentences);
}

StepModel::Scores RecurrentSteps::step(const Array& words, const Array& forced, std::int64_t position) {
  const Array at = Array::scalar(static_cast<std::int32_t>(position));
  step_->run({{words_, words}, {forced_, forced}, {position_, at}, {step_lengths_, lengths_}});
  Scores scores = next_.read(*step_);
  if (weights_) scores.weights = step_->value(weights_).values<float>();
  return scores;
}

}  // namespace heed
