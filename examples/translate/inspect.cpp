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
#include <heed/models/text/files.h>
#include <heed/models/training/checkpoint.h>
#include <heed/models/training/run_directory.h>
#include <heed/models/training/training_graph.h>

namespace heed::translate {

namespace {

struct Flags {
  std::string checkpoint, dot, trace;
  bool plan = false, passes = false;
  bool tensors = false;
  std::string match, text, output, backend;
  std::vector<std::string> fetches;
  std::optional<std::string> target;
  int threads = 0;
};

constexpr BatchShape shown_shape{4, 12, 12};

void write_text(const std::string& path, const std::string& text) {
  FileWriter writer(path);
  writer.write(text);
  writer.commit();
}

void write_dot(const CheckpointInfo& info, const std::string& path) {
  Graph graph;
  const auto model = make_model(graph, info.config);
  const BatchInputs inputs(graph, shown_shape, dtype_of(info.config));
  batch_loss(*model, inputs, 0.1);
  write_text(path, to_dot(graph));
}

// Any words do: how long a step takes does not depend on them.
Batch some_batch(const ModelConfig& config) {
  const std::int64_t known = target_vocabulary(config) - special_entries;
  const auto words = [&](std::int64_t length) {
    Array array(DType::i32, {shown_shape.rows, length});
    for (std::int64_t i = 0; i < array.elements(); ++i)
      array.set_number(i, static_cast<double>(special_entries + i % known));
    return array;
  };
  Batch batch;
  batch.source = words(shown_shape.source_length);
  batch.source_lengths = Array(DType::i32, {shown_shape.rows});
  std::ranges::fill(batch.source_lengths.values<std::int32_t>(),
                    static_cast<std::int32_t>(shown_shape.source_length));
  batch.target_input = batch.target_output = words(shown_shape.target_length);
  batch.weights = Array(DType::f32, {shown_shape.rows, shown_shape.target_length});
  std::ranges::fill(batch.weights.values<float>(), 1.0f);
  batch.target_tokens = shown_shape.rows * shown_shape.target_length;
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
void inspect_step(const CheckpointInfo& info, const std::string& checkpoint, const Flags& flags) {
  Variables variables(open_backend(backend_names().front()));
  load_model(checkpoint, info, variables);
  CompileOptions compiling;
  if (flags.passes) {
    compiling.observe = [](std::string_view pass, const Graph& after) {
      fmt::print("after {}: {} nodes\n{}\n", pass, after.size(), to_text(after));
    };
  }
  TrainingStep step(info.config, shown_shape, info.recipe.step, variables, false, compiling);
  if (flags.plan) {
    fmt::print("plan of a training step, {} rows of {} + {} tokens:\n{}", shown_shape.rows,
               shown_shape.source_length, shown_shape.target_length, to_text(step.executable().plan()));
  }
  if (!flags.trace.empty()) write_trace(step, info.config, flags.trace);
}

// Of a sentence of some length: names do not depend on it.
int list_tensors(const Flags& flags) {
  const CheckpointInfo info = read_checkpoint(find_checkpoint(flags.checkpoint)).info;
  SentenceGraph sentence(info.config, shown_shape.source_length, shown_shape.target_length);
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

int fetch(const Flags& flags) {
  const std::string name = flags.backend.empty() ? backend_names().front() : flags.backend;
  const SentenceValues values =
      fetch_tensors(flags.checkpoint, flags.fetches, flags.text, flags.target,
                    open_backend(name, {.threads = flags.threads}), "inspect --tensors");
  if (!flags.output.empty()) {
    write_values(values, flags.output);
    return 0;
  }
  fmt::print("source  {}\ntarget  {}\n", fmt::join(values.source, " "), fmt::join(values.target, " "));
  for (const auto& [tensor, array] : values.tensors)
    fmt::print("\n{}  {}\n{}\n", tensor, to_string(array.type()), to_text(array));
  return 0;
}

int inspect(const Flags& flags) {
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

}  // namespace

void add_inspect(CLI::App& app, int& status) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command = app.add_subcommand("inspect", "Say what a checkpoint is, or look inside its model");
  command->add_option("--checkpoint", flags->checkpoint, "A run directory or one checkpoint")->required();
  std::vector<CLI::Option*> of_training{
      command->add_option("--dot", flags->dot, "Write the model's graph to this file, for Graphviz"),
      command->add_flag("--plan", flags->plan, "Print the plan of a training step"),
      command->add_flag("--passes", flags->passes, "Print a training step's graph after each pass"),
      command->add_option(
          "--trace", flags->trace,
          "Time a training step and write it to this file, for Perfetto or chrome://tracing")};
  CLI::Option* tensors = command->add_flag(
      "--tensors", flags->tensors,
      fmt::format("List name, type and op of every tensor, for {} source and {} target tokens",
                  shown_shape.source_length, shown_shape.target_length));
  command->add_option("--match", flags->match, "List only names that hold this text")->needs(tensors);
  CLI::Option* fetch =
      command->add_option("--fetch", flags->fetches, "Print the values of this tensor; may be repeated")
          ->excludes(tensors);
  CLI::Option* text =
      command->add_option("--text", flags->text, "The sentence that the model reads")->needs(fetch);
  fetch->needs(text)->expected(1)->take_all();
  command
      ->add_option("--target", flags->target,
                   "Its translation, given word by word (what the model finds itself)")
      ->needs(fetch);
  command->add_option("--output", flags->output, "Write the values to this file, as safetensors")
      ->needs(fetch);
  command->add_option("--backend", flags->backend, "What to run on (the fastest there is)")->needs(fetch);
  command->add_option("--threads", flags->threads, "CPU threads (all)")
      ->check(CLI::PositiveNumber)
      ->needs(fetch);
  for (CLI::Option* option : of_training) option->excludes(tensors)->excludes(fetch);
  command->callback([flags, &status] { status = inspect(*flags); });
}

void add_backends(CLI::App& app, int& status) {
  app.add_subcommand("backends", "List what this build can run on")->callback([&status] {
    for (const std::string& name : backend_names()) {
      fmt::print("{:<12} {}\n", name, open_backend(name)->description());
    }
    status = 0;
  });
}

}  // namespace heed::translate
