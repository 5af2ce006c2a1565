#include "conformance.h"

#include <algorithm>

#include "checks.h"
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace heed {

bool ConformanceReport::passed() const {
  const bool ops_pass = std::ranges::all_of(
      ops, [](const auto& entry) { return entry.second.wrong == 0 && entry.second.missing == 0; });
  return ops_pass && std::ranges::all_of(checks, [](const auto& check) { return check.second.empty(); });
}

ConformanceReport check_conformance(const std::shared_ptr<Backend>& backend,
                                    const ConformanceOptions& options) {
  ConformanceReport report{backend->name(), backend->description(), {}, {}};
  test::check_ops(backend, report.ops);
  // A check that cannot be made because a kernel is missing fails with the reason.
  const auto add = [&](const std::string& name, auto check) {
    try {
      report.checks.emplace_back(name, check());
    } catch (const Error& error) {
      report.checks.emplace_back(name, error.what());
    }
  };
  for (const DType dtype : {DType::f32, DType::bf16, DType::f16}) {
    if (!test::has_products(*backend, dtype)) continue;  // the narrow ones need not be there
    add(fmt::format("products of {} operands", name_of(dtype)),
        [&] { return test::check_products(backend, dtype); });
  }
  add(fmt::format("{} random graphs", options.random_graphs),
      [&] { return test::check_random_graphs(backend, options.random_graphs); });
  add(fmt::format("memory around {} random graphs", options.random_graphs),
      [&] { return test::check_memory(backend, options.random_graphs); });
  for (const char* model : {"transformer", "bahdanau", "luong"}) {
    add(fmt::format("{} training steps of {}", options.training_steps, model),
        [&] { return test::check_training(backend, model, options.training_steps); });
  }
  return report;
}

std::string to_text(const ConformanceReport& report) {
  std::string text =
      fmt::format("{}: {}\n\n{:<34} {:>6} {:>7} {:>5}  {}\n", report.backend, report.description,
                  "rows of the op table for", "passed", "missing", "wrong", "worst error, ulps");
  std::string faults;
  for (const auto& [op, verdict] : report.ops) {
    text += fmt::format("{:<34} {:>6} {:>7} {:>5}  {:.1f}\n", op, verdict.passed, verdict.missing,
                        verdict.wrong, verdict.worst_ulps);
    for (const std::string& fault : verdict.faults) faults += "  " + fault + "\n";
  }
  text += "\n";
  for (const auto& [name, fault] : report.checks) {
    text += fmt::format("{:<34} {}\n", name, fault.empty() ? "passed" : "wrong");
    if (!fault.empty()) faults += fmt::format("  {}: {}\n", name, fault);
  }
  if (!faults.empty()) text += "\nfaults:\n" + faults;
  return text + fmt::format("\n{}\n", report.passed() ? "conforms" : "does not conform");
}

std::string to_json(const ConformanceReport& report) {
  nlohmann::json json{
      {"backend", report.backend}, {"description", report.description}, {"conforms", report.passed()}};
  for (const auto& [op, verdict] : report.ops) {
    json["ops"][op] = {{"passed", verdict.passed},
                       {"missing", verdict.missing},
                       {"wrong", verdict.wrong},
                       {"worst_ulps", verdict.worst_ulps},
                       {"faults", verdict.faults}};
  }
  for (const auto& [name, fault] : report.checks) json["checks"][name] = fault.empty() ? "passed" : fault;
  return json.dump(2) + "\n";
}

}  // namespace heed
