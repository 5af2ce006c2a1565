// Prints a plan as a table.
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <heed/backends/plan.h>
#include <heed/backends/step_cost.h>

namespace heed {

namespace {

std::string place_text(const Plan& plan, int index) {
  if (index == nothing) return "-";
  const PlannedTensor& tensor = plan.tensors[static_cast<std::size_t>(index)];
  const Storage& storage = plan.storages[static_cast<std::size_t>(tensor.storage)];
  switch (storage.kind) {
    case Storage::Kind::variable:
      return plan.variables[static_cast<std::size_t>(storage.variable)];
    case Storage::Kind::constant:
      return fmt::format("constant+{}", storage.offset + tensor.offset);
    case Storage::Kind::arena:
      return fmt::format("@{}", storage.offset + tensor.offset);
  }
  return "?";
}

std::string tensor_text(const Plan& plan, int index) {
  if (index == nothing) return "-";
  const PlannedTensor& tensor = plan.tensors[static_cast<std::size_t>(index)];
  return fmt::format("{}{}{}", to_string(tensor.layout.type), tensor.layout.is_dense() ? " " : " strided ",
                     place_text(plan, index));
}

// "12.3 KB", "1.2 GFLOP"
std::string amount(double value, double step, const char* unit) {
  const char* const prefixes[] = {"", "K", "M", "G", "T", "P"};
  std::size_t prefix = 0;
  while (value >= step && prefix + 1 < std::size(prefixes)) {
    value /= step;
    ++prefix;
  }
  return fmt::format("{:.{}f} {}{}", value, prefix == 0 ? 0 : 1, prefixes[prefix], unit);
}

}  // namespace

std::string to_text(const Plan& plan) {
  std::string text = fmt::format("{:>5}  {:>9} {:>9}  {:<20} {}\n", "step", "moves", "computes", "op",
                                 "results <- operands  notes # scope");
  for (std::size_t s = 0; s < plan.steps.size(); ++s) {
    const Step& step = plan.steps[s];
    std::vector<std::string> inputs, outputs;
    for (const int input : step.inputs) inputs.push_back(tensor_text(plan, input));
    for (const int output : step.outputs) outputs.push_back(tensor_text(plan, output));
    const Origin& origin = plan.graph->node(step.node).origins.front();
    text += fmt::format("{:5}  {:>9} {:>9}  {:<20} {} <- {}  {}{}# {}{}\n", s,
                        amount(static_cast<double>(bytes_moved(plan, step)), 1024, "B"),
                        amount(flops(plan, step), 1000, "FLOP"), step.op->name(), fmt::join(outputs, ", "),
                        fmt::join(inputs, ", "), step.note, step.note.empty() ? "" : " ",
                        origin.gradient_of.empty() ? "" : "gradient of " + origin.gradient_of + " ",
                        origin.scope);
  }
  const double mib = 1 << 20;
  text += fmt::format(
      "steps {}, arena {:.2f} MiB ({:.2f} MiB in program order, {:.2f} MiB alive at once), constants {:.2f} "
      "MiB, variables {}, "
      "state copies: {}\n",
      plan.steps.size(), static_cast<double>(plan.arena_bytes) / mib,
      static_cast<double>(plan.program_order_bytes) / mib, static_cast<double>(plan.live_bytes) / mib,
      static_cast<double>(plan.constant_bytes) / mib, plan.variables.size(), plan.state_copies);
  for (std::size_t i = 0; i < plan.away.size(); ++i) {
    const auto runs_here = [&](const Step& step) { return step.backend == static_cast<int>(i) + 1; };
    text += fmt::format("on {}: steps {}, arena {:.2f} MiB\n", plan.away[i].name,
                        std::ranges::count_if(plan.steps, runs_here),
                        static_cast<double>(plan.away[i].arena_bytes) / mib);
  }
  return text;
}

}  // namespace heed
