#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <heed/backends/profile.h>
#include <heed/backends/step_cost.h>

namespace heed {

namespace {

constexpr std::size_t most_events = 200'000;

using nlohmann::json;

json details(const Plan& plan, const Step& step, const std::string& backend) {
  json sources = json::array();
  for (const Origin& origin : plan.graph->node(step.node).origins) {
    sources.push_back({{"at", describe(origin.where)}, {"scope", origin.scope}});
    if (!origin.gradient_of.empty()) sources.back()["gradient_of"] = origin.gradient_of;
  }
  json outputs = json::array();
  for (const int output : step.outputs) {
    if (output == nothing) continue;
    outputs.push_back(to_string(plan.tensors[static_cast<std::size_t>(output)].layout.type));
  }
  return {{"sources", sources},
          {"kernel", fmt::format("{}/{}", backend, step.op->name())},
          {"outputs", outputs},
          {"bytes", bytes_moved(plan, step)},
          {"flops", flops(plan, step)}};
}

}  // namespace

Profile::Profile(std::size_t steps) : seconds_(steps) {}

void Profile::before_step(std::size_t) {
  step_start_ = Clock::now();
}

void Profile::after_step(std::size_t step) {
  const auto now = Clock::now();
  add(step, std::chrono::duration<double>(step_start_ - start_).count(),
      std::chrono::duration<double>(now - step_start_).count());
}

void Profile::step_took(std::size_t step, double ago, double seconds) {
  add(step, std::chrono::duration<double>(Clock::now() - start_).count() - ago, seconds);
}

void Profile::add(std::size_t step, double begin, double seconds) {
  seconds_[step] += seconds;
  if (events_.size() < most_events) events_.push_back({step, begin, seconds});
}

std::string to_chrome_trace(const Plan& plan, const Profile& profile, const std::string& backend) {
  std::vector<json> arguments(plan.steps.size());
  json events = json::array();
  for (const Profile::Event& event : profile.events()) {
    json& about = arguments[event.step];
    if (about.is_null()) about = details(plan, plan.steps[event.step], backend);
    events.push_back({{"name", plan.steps[event.step].op->name()},
                      {"cat", backend},
                      {"ph", "X"},
                      {"ts", event.begin * 1e6},
                      {"dur", event.seconds * 1e6},
                      {"pid", 1},
                      {"tid", 1},
                      {"args", about}});
  }
  return json{{"displayTimeUnit", "ms"}, {"traceEvents", std::move(events)}}.dump() + "\n";
}

}  // namespace heed
