// heed-translate inspect and heed-translate backends
#include <algorithm>
#include <memory>

#include "commands.h"
#include <fmt/format.h>

#include <heed/backends/backend.h>
#include <heed/graph/print.h>
#include <heed/models/text/files.h>
#include <heed/models/training/checkpoint.h>
#include <heed/models/training/run_directory.h>
#include <heed/models/training/training_graph.h>

namespace heed::translate {

namespace {

struct Flags {
  std::string checkpoint, dot, trace;
  bool plan = false, passes = false;
};

constexpr BatchShape shown_shape{4, 12, 12};

void write_text(const std::string& path, const std::string& text) {
  FileWriter writer(path);
  writer.write(text);
  writer.commit();
}

void write_dot(const CheckpointInfo& info, const std::string& path) {
  Graph graph;
  Transformer model(graph, info.config);
  const BatchInputs inputs(graph, shown_shape, info.config.dtype);
  batch_loss(model, inputs, 0.1);
  write_text(path, to_dot(graph));
}

// Any words do: how long a step takes does not depend on them.
Batch some_batch(const TransformerConfig& config) {
  const auto words = [&](std::int64_t length) {
    Array array(DType::i32, {shown_shape.rows, length});
    for (std::int64_t i = 0; i < array.elements(); ++i)
      array.set_number(i, static_cast<double>(special_entries + i % (config.vocabulary - special_entries)));
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

void write_trace(TrainingStep& step, const TransformerConfig& config, const std::string& path) {
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

int inspect(const Flags& flags) {
  const std::string path = find_checkpoint(flags.checkpoint);
  const CheckpointInfo info = read_checkpoint(path).info;
  const TrainingProgress& progress = info.progress;
  const TransformerConfig& c = info.config;
  fmt::print("checkpoint   {}\nmodel        {} {}, {} -> {}\n", path, info.model, info.preset,
             info.source_language, info.target_language);
  fmt::print("layers       {} + {}, width {}, feed-forward {}, heads {}, vocabulary {}\n", c.encoder_layers,
             c.decoder_layers, c.width, c.feed_forward, c.heads, c.vocabulary);
  fmt::print("parameters   {} ({} without the embedding)\n", all_parameters(c), layer_parameters(c));
  fmt::print("trained      {} steps; best so far at step {}\n", progress.step, progress.best_step);
  if (!flags.dot.empty()) write_dot(info, flags.dot);
  if (flags.plan || flags.passes || !flags.trace.empty()) inspect_step(info, path, flags);
  return 0;
}

}  // namespace

void add_inspect(CLI::App& app, int& status) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command = app.add_subcommand("inspect", "Say what a checkpoint is");
  command->add_option("--checkpoint", flags->checkpoint, "A run directory or one checkpoint")->required();
  command->add_option("--dot", flags->dot, "Write the model's graph to this file, for Graphviz");
  command->add_flag("--plan", flags->plan, "Print the plan of a training step");
  command->add_flag("--passes", flags->passes, "Print a training step's graph after each pass");
  command->add_option("--trace", flags->trace,
                      "Time a training step and write it to this file, for Perfetto or chrome://tracing");
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
