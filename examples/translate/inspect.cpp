// heed-translate inspect and heed-translate backends
#include <fstream>
#include <memory>

#include "commands.h"
#include <fmt/format.h>

#include <heed/backends/backend.h>
#include <heed/graph/print.h>
#include <heed/models/training/checkpoint.h>
#include <heed/models/training/run_directory.h>
#include <heed/models/training/training_graph.h>

namespace heed::translate {

namespace {

struct Flags {
  std::string checkpoint, dot;
  bool plan = false;
};

constexpr BatchShape shown_shape{4, 12, 12};

void write_dot(const CheckpointInfo& info, const std::string& path) {
  Graph graph;
  Transformer model(graph, info.config);
  const BatchInputs inputs(graph, shown_shape, info.config.dtype);
  batch_loss(model, inputs, 0.1);
  std::ofstream out(path);
  out << to_dot(graph);
  out.close();
  if (!out) throw Error(fmt::format("cannot write {}", path));
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
  if (!flags.plan) return 0;
  Variables variables(open_backend(backend_names().front()));
  const TrainingStep step(info.config, shown_shape, {}, variables);
  fmt::print("plan of a training step, {} rows of {} + {} tokens:\n{}", shown_shape.rows,
             shown_shape.source_length, shown_shape.target_length, to_text(step.executable().plan()));
  return 0;
}

}  // namespace

void add_inspect(CLI::App& app, int& status) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command = app.add_subcommand("inspect", "Say what a checkpoint is");
  command->add_option("--checkpoint", flags->checkpoint, "A run directory or one checkpoint")->required();
  command->add_option("--dot", flags->dot, "Write the model's graph to this file, for Graphviz");
  command->add_flag("--plan", flags->plan, "Print the plan of a training step");
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
