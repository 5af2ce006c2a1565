// The op table on one backend, row by row.
#include <algorithm>
#include <cmath>

#include "../ops/op_runs.h"
#include "checks.h"
#include <fmt/format.h>

#include <heed/backends/placement.h>

namespace heed::test {

namespace {

constexpr double ulp = 0x1p-23;  // of float32, between 1 and 2

// "softmax" of "empty: softmax along the first axis": rows are grouped by the op that they are about.
std::string group_of(const OpCase& row) {
  const std::size_t colon = row.name.find(": ");
  const std::string about = colon == std::string::npos ? row.name : row.name.substr(colon + 2);
  return about.substr(0, about.find(' '));
}

void run_row(const std::shared_ptr<Backend>& backend, const OpCase& row, OpVerdict& verdict) {
  double worst = 0;
  try {
    for (const double off : distances(backend, row)) worst = std::max(worst, off);
  } catch (const MissingKernel& missing) {
    ++verdict.missing;
    verdict.faults.push_back(fmt::format("{}: {}", row.name, missing.what()));
    return;
  }
  verdict.worst_ulps = std::max(verdict.worst_ulps, worst / ulp);
  if (worst < row.tolerance) {
    ++verdict.passed;
    return;
  }
  ++verdict.wrong;
  verdict.faults.push_back(
      fmt::format("{}: off by {:.3g}, {:.3g} is allowed", row.name, worst, row.tolerance));
}

}  // namespace

void check_ops(const std::shared_ptr<Backend>& backend, std::map<std::string, OpVerdict>& verdicts) {
  for (const OpCase& row : op_cases()) {
    OpVerdict& verdict = verdicts[group_of(row)];
    try {
      run_row(backend, row, verdict);
    } catch (const Error& error) {
      ++verdict.wrong;
      verdict.faults.push_back(fmt::format("{}: {}", row.name, error.what()));
    }
  }
}

}  // namespace heed::test
