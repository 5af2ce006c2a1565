// heed-bench train: one training step of a model, again and again.
#include <algorithm>
#include <map>

#include "commands.h"
#include "gemm_peak.h"
#include "timing.h"
#include "work.h"
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <heed/models/text/draws.h>
#include <heed/models/text/files.h>
#include <heed/models/training/training_graph.h>

namespace heed::bench {

namespace {

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

// Seconds by kind of step, and by its attributes and the shape of its first output, of all timed runs.
struct TimeByKind {
  explicit TimeByKind(const Executable& executable) {
    const Plan& plan = executable.plan();
    for (std::size_t i = 0; i < plan.steps.size(); ++i) {
      const Step& step = plan.steps[i];
      const auto written = std::ranges::find_if(step.outputs, [](int output) { return output != nothing; });
      const TensorType& type = plan.tensors[static_cast<std::size_t>(*written)].layout.type;
      const double seconds = executable.profile().step_seconds()[i];
      const std::string name(step.op->name());
      kinds[name] += seconds;
      auto& [spent, count] = shapes[fmt::format(
          "{} {}{}", name, to_string(step.op->attributes()).substr(0, 40), to_string(type))];
      spent += seconds;
      ++count;
      total += seconds;
    }
  }
  std::map<std::string, double> kinds;
  std::map<std::string, std::pair<double, int>> shapes;
  double total = 0;
};

nlohmann::json shares_of(const TimeByKind& time) {
  nlohmann::json shares = nlohmann::json::object();
  for (const auto& [kind, seconds] : time.kinds) shares[kind] = seconds / time.total;
  return shares;
}

// The largest shares first.
void print_shapes(const TimeByKind& time) {
  std::vector<std::pair<double, std::string>> rows;
  for (const auto& [shape, spent] : time.shapes) {
    rows.emplace_back(spent.first, fmt::format("{:5.1f} %  {:4} x  {}", 100 * spent.first / time.total,
                                               spent.second, shape));
  }
  std::sort(rows.rbegin(), rows.rend());
  for (std::size_t i = 0; i < std::min<std::size_t>(rows.size(), 40); ++i) fmt::print("{}\n", rows[i].second);
}

void write_trace(const std::string& path, const Executable& executable) {
  FileWriter writer(path);
  writer.write(executable.chrome_trace());
  writer.commit();
}

// The rate as a share of what the processor can do in matrix products.
void add_efficiency(nlohmann::json& result, const TrainFlags& flags) {
  if (flags.precision == "f16") return;  // which no product on the CPU takes
  const double peak =
      flags.precision == "bf16" ? bf16_gemm_peak_gflops(flags.threads) : gemm_peak_gflops(flags.threads);
  if (peak == 0) return;
  result["gemm_peak_gflops"] = peak;
  result["efficiency"] = result["gflops"].get<double>() / peak;
}

}  // namespace

void train(const TrainFlags& flags) {
  const ModelConfig config = config_for(flags.model, flags.preset, flags.vocabulary);
  const auto backend = flags.open();
  Variables variables(backend, 1);
  TrainingStep step(config, flags.shape, {}, variables, false, {.precision = precision_of(flags.precision)});
  const Batch batch = random_batch(flags.shape, flags.vocabulary);
  double loss = 0;
  const auto run = [&] { loss = step.run(batch, {.learning_rate = 1e-4}).loss; };
  const Timing timing = time_runs(flags.warmup, flags.steps, run);
  const double peak_mib = resident_peak_mib();
  const double last_loss = loss;
  step.executable().start_profile();
  for (int i = 0; i < 3; ++i) run();
  const TimeByKind time(step.executable());
  const double tokens = static_cast<double>(flags.shape.tokens());
  nlohmann::json result{{"model", flags.model},
                        {"preset", flags.preset},
                        {"precision", flags.precision},
                        {"backend", backend->name()},
                        {"tokens_per_s", tokens / timing.median},
                        {"best_tokens_per_s", tokens / timing.best},
                        {"median_ms", timing.median * 1e3},
                        {"best_ms", timing.best * 1e3},
                        {"gflops", training_flops(config, flags.shape) / timing.median / 1e9},
                        {"loss", last_loss},
                        {"steps", step.executable().plan().steps.size()},
                        {"arena_mib", static_cast<double>(step.executable().plan().arena_bytes) / (1 << 20)},
                        {"resident_peak_mib", peak_mib},
                        {"time_shares", shares_of(time)}};
  add_efficiency(result, flags);
  if (!flags.trace.empty()) write_trace(flags.trace, step.executable());
  if (flags.profile && !flags.json) print_shapes(time);
  print_result(result, flags.json);
}

}  // namespace heed::bench
