// heed-translate inspect and heed-translate backends
#include <algorithm>
#include <memory>
#include <optional>

#include "commands.h"
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <heed/backends/backend.h>
#include <heed/graph/print.h>
#include <heed/models/decoding/sentence_graph.h>
#include <heed/models/training/checkpoint.h>
#include <heed/models/training/run_directory.h>
#include <heed/models/training/training_graph.h>

namespace heed::translate {

namespace {

void write_dot(const CheckpointInfo& info, const std::string& path) {
  Graph graph;
  const auto model = make_model(graph, info.config);
  const BatchInputs inputs(graph, inspected_shape, dtype_of(info.config));
  batch_loss(*model, inputs, 0.1);
  write_text(path, to_dot(graph));
}

// Any words do: how long a step takes does not depend on them.
Batch some_batch(const ModelConfig& config) {
  const std::int64_t known = target_vocabulary(config) - special_entries;
  const auto words = [&](std::int64_t length) {
    Array array(DType::i32, {inspected_shape.rows, length});
    for (std::int64_t i = 0; i < array.elements(); ++i)
      array.set_number(i, static_cast<double>(special_entries + i % known));
    return array;
  };
  Batch batch;
  batch.source = words(inspected_shape.source_length);
  batch.source_lengths = Array(DType::i32, {inspected_shape.rows});
  std::ranges::fill(batch.source_lengths.values<std::int32_t>(),
                    static_cast<std::int32_t>(inspected_shape.source_length));
  batch.target_input = batch.target_output = words(inspected_shape.target_length);
  batch.weights = Array(DType::f32, {inspected_shape.rows, inspected_shape.target_length});
  std::ranges::fill(batch.weights.values<float>(), 1.0f);
  batch.target_tokens = inspected_shape.rows * inspected_shape.target_length;
  return batch;
}

void write_trace(TrainingStep& step, const ModelConfig& config, const std::string& path) {
  const Batch batch = some_batch(config);
  step.run(batch, {});  // warms up
  step.executable().start_profile();
  for (int i = 0; i < 3; ++i) step.run(batch, {});
  write_text(path, step.executable().chrome_trace());
}

// What a training step becomes: pass by pass, as a plan, and timed.
void inspect_step(const CheckpointInfo& info, const std::string& checkpoint, const InspectFlags& flags) {
  Variables variables(open_backend(backend_names().front()));
  load_model(checkpoint, info, variables);
  CompileOptions compiling;
  if (flags.passes) {
    compiling.observe = [](std::string_view pass, const Graph& after) {
      fmt::print("after {}: {} nodes\n{}\n", pass, after.size(), to_text(after));
    };
  }
  TrainingStep step(info.config, inspected_shape, info.recipe.step, variables, false, compiling);
  if (flags.plan) {
    fmt::print("plan of a training step, {} rows of {} + {} tokens:\n{}", inspected_shape.rows,
               inspected_shape.source_length, inspected_shape.target_length,
               to_text(step.executable().plan()));
  }
  if (!flags.trace.empty()) write_trace(step, info.config, flags.trace);
}

// Of a sentence of some length: names do not depend on it.
int list_tensors(const InspectFlags& flags) {
  const CheckpointInfo info = read_checkpoint(find_checkpoint(flags.checkpoint)).info;
  SentenceGraph sentence(info.config, inspected_shape.source_length, inspected_shape.target_length);
  std::size_t listed = 0;
  for (NodeId id = 0; id < sentence.graph().size(); ++id) {
    const Node& node = sentence.graph().node(id);
    for (std::uint32_t i = 0; i < node.outputs.size(); ++i) {
      const std::string& name = sentence.names().of({id, i});
      if (name.find(flags.match) == std::string::npos) continue;
      fmt::print("{:<48} {:<20} {}\n", name, to_string(node.outputs[i]), node.op->name());
      ++listed;
    }
  }
  if (listed == 0) {
    throw Error(fmt::format("no tensor's name holds \"{}\"; --tensors alone lists all {}", flags.match,
                            sentence.names().size()));
  }
  return 0;
}

void write_values(const SentenceValues& values, const std::string& path) {
  TensorFile file;
  file.tensors.insert(values.tensors.begin(), values.tensors.end());
  file.metadata = {{"source", fmt::format("{}", fmt::join(values.source, " "))},
                   {"target", fmt::format("{}", fmt::join(values.target, " "))}};
  write_safetensors(path, file);
}

int fetch(const InspectFlags& flags) {
  const SentenceValues values = fetch_tensors(flags.checkpoint, flags.fetches, flags.text, flags.target,
                                              flags.backend.open(), "inspect --tensors");
  if (!flags.output.empty()) {
    write_values(values, flags.output);
    return 0;
  }
  fmt::print("source  {}\ntarget  {}\n", fmt::join(values.source, " "), fmt::join(values.target, " "));
  for (const auto& [tensor, array] : values.tensors)
    fmt::print("\n{}  {}\n{}\n", tensor, to_string(array.type()), to_text(array));
  return 0;
}

}  // namespace

int inspect(const InspectFlags& flags) {
  if (flags.tensors) return list_tensors(flags);
  if (!flags.fetches.empty()) return fetch(flags);
  const std::string path = find_checkpoint(flags.checkpoint);
  const CheckpointInfo info = read_checkpoint(path).info;
  const TrainingProgress& progress = info.progress;
  const ParameterCount parameters = count_parameters(info.config);
  fmt::print("checkpoint   {}\nmodel        {} {}, {} -> {}\n", path, model_name(info.config), info.preset,
             info.source_language, info.target_language);
  fmt::print("sizes        {}\n", describe(info.config));
  fmt::print("parameters   {} ({} without the embedding)\n", parameters.all,
             parameters.all - parameters.embeddings);
  fmt::print("trained      {} steps; best so far at step {}\n", progress.step, progress.best_step);
  if (!flags.dot.empty()) write_dot(info, flags.dot);
  if (flags.plan || flags.passes || !flags.trace.empty()) inspect_step(info, path, flags);
  return 0;
}

int list_backends() {
  for (const BackendSummary& backend : heed::list_backends())
    fmt::print("{:<12} {}{}\n", backend.name, backend.usable ? "" : "cannot be used: ", backend.description);
  return 0;
}

}  // namespace heed::translate
