// heed-bench train: one training step of the Transformer, again and again.
#include <algorithm>
#include <chrono>
#include <map>
#include <memory>

#include "commands.h"
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/resource.h>

#include <heed/models/text/draws.h>
#include <heed/models/text/files.h>
#include <heed/models/training/training_graph.h>

namespace heed::bench {

namespace {

struct Flags {
  std::string preset = "small", precision = "f32", backend, trace;
  BatchShape shape{64, 32, 32};
  std::int64_t vocabulary = 8000;
  int threads = 0, steps = 12, warmup = 3;
  bool json = false, profile = false;
};

// Random words; source lengths between half and all of S, as in the peer's script.
Batch random_batch(const BatchShape& shape, std::int64_t vocabulary) {
  Draws draws(1);
  Batch batch;
  batch.source = Array(DType::i32, {shape.rows, shape.source_length});
  batch.source_lengths = Array(DType::i32, {shape.rows});
  batch.target_input = Array(DType::i32, {shape.rows, shape.target_length});
  batch.target_output = batch.target_input;
  batch.weights = Array(DType::f32, {shape.rows, shape.target_length});
  for (Array* words : {&batch.source, &batch.target_input, &batch.target_output}) {
    for (auto& word : words->values<std::int32_t>())
      word = static_cast<std::int32_t>(draws.between(4, vocabulary - 1));
  }
  for (auto& length : batch.source_lengths.values<std::int32_t>()) {
    length = static_cast<std::int32_t>(draws.between(shape.source_length / 2, shape.source_length));
  }
  std::ranges::fill(batch.weights.values<float>(), 1.0f);
  batch.target_tokens = shape.rows * shape.target_length;
  batch.source_tokens = shape.rows * shape.source_length;
  return batch;
}

// The peer's formula: 6 operations for each weight and token; attention's own products are left out.
double step_flops(const TransformerConfig& config, const BatchShape& shape) {
  TransformerConfig encoder = config, decoder = config;
  encoder.decoder_layers = 0;
  decoder.encoder_layers = 0;
  const auto source = static_cast<double>(shape.source_length * layer_parameters(encoder));
  const auto target = static_cast<double>(shape.target_length *
                                          (layer_parameters(decoder) + config.vocabulary * config.width));
  return 6 * static_cast<double>(shape.rows) * (source + target);
}

// The share of time by kind of step and shape of its first output, largest first.
void print_profile(const Executable& executable) {
  const Plan& plan = executable.plan();
  std::map<std::string, std::pair<double, int>> by_kind;
  double total = 0;
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    const Step& step = plan.steps[i];
    const auto written = std::ranges::find_if(step.outputs, [](int output) { return output != nothing; });
    const TensorType& type = plan.tensors[static_cast<std::size_t>(*written)].layout.type;
    auto& [seconds, count] = by_kind[fmt::format(
        "{} {}{}", step.op->name(), to_string(step.op->attributes()).substr(0, 40), to_string(type))];
    seconds += executable.profile().step_seconds()[i];
    total += executable.profile().step_seconds()[i];
    ++count;
  }
  std::vector<std::pair<double, std::string>> rows;
  for (const auto& [kind, spent] : by_kind) {
    rows.emplace_back(spent.first,
                      fmt::format("{:5.1f} %  {:4} x  {}", 100 * spent.first / total, spent.second, kind));
  }
  std::sort(rows.rbegin(), rows.rend());
  for (std::size_t i = 0; i < std::min<std::size_t>(rows.size(), 40); ++i) fmt::print("{}\n", rows[i].second);
}

void train(const Flags& flags) {
  TransformerConfig config = transformer_preset(flags.preset, flags.vocabulary);
  config.dropout = 0.1;
  const auto backend = open_backend(flags.backend.empty() ? backend_names().front() : flags.backend,
                                    {.threads = flags.threads});
  Variables variables(backend, 1);
  TrainingStep step(config, flags.shape, {}, variables);
  const Batch batch = random_batch(flags.shape, flags.vocabulary);
  double loss = 0;
  std::vector<double> seconds;
  if (flags.profile || !flags.trace.empty()) step.executable().start_profile();
  for (int i = 0; i < flags.warmup + flags.steps; ++i) {
    const auto before = std::chrono::steady_clock::now();
    loss = step.run(batch, {.learning_rate = 1e-4}).loss;
    if (i >= flags.warmup)
      seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count());
  }
  std::sort(seconds.begin(), seconds.end());
  const double median = seconds[seconds.size() / 2];
  const double tokens = static_cast<double>(flags.shape.tokens());
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const nlohmann::json result{
      {"model", "transformer"},
      {"preset", flags.preset},
      {"precision", flags.precision},
      {"backend", backend->name()},
      {"tokens_per_s", tokens / median},
      {"best_tokens_per_s", tokens / seconds.front()},
      {"median_ms", median * 1e3},
      {"best_ms", seconds.front() * 1e3},
      {"gflops", step_flops(config, flags.shape) / median / 1e9},
      {"loss", loss},
      {"steps", step.executable().plan().steps.size()},
      {"arena_mib", static_cast<double>(step.executable().plan().arena_bytes) / (1 << 20)},
      {"resident_peak_mib", static_cast<double>(usage.ru_maxrss) / 1024}};
  if (!flags.trace.empty()) {
    FileWriter writer(flags.trace);
    writer.write(step.executable().chrome_trace());
    writer.commit();
  }
  if (flags.json) {
    fmt::print("{}\n", result.dump(2));
    return;
  }
  if (flags.profile) print_profile(step.executable());
  for (const auto& [name, value] : result.items()) fmt::print("{:<18} {}\n", name, value.dump());
}

}  // namespace

void add_train(CLI::App& app) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command = app.add_subcommand("train", "One training step of the Transformer");
  command->add_option("--preset", flags->preset)
      ->check(CLI::IsMember(transformer_preset_names()))
      ->capture_default_str();
  command->add_option("--batch", flags->shape.rows, "Sentences")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--src", flags->shape.source_length, "Words a source sentence")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--tgt", flags->shape.target_length, "Words a target sentence")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--vocab", flags->vocabulary)
      ->check(CLI::Range(std::int64_t{8}, std::int64_t{10000000}))
      ->capture_default_str();
  command->add_option("--precision", flags->precision)->check(CLI::IsMember({"f32"}))->capture_default_str();
  command->add_option("--backend", flags->backend);
  command->add_option("--threads", flags->threads)->check(CLI::PositiveNumber);
  command->add_option("--steps", flags->steps, "Measured steps")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_flag("--json", flags->json);
  command->add_flag("--profile", flags->profile, "Also print the share of time by kind of step");
  command->add_option("--trace", flags->trace, "Write the timed steps to this file, as a Chrome trace");
  command->callback([flags] { train(*flags); });
}

}  // namespace heed::bench
