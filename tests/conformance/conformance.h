// Conformance: what every backend is held to, as a library that a backend's own tests can link, and as the
// program heed-conformance. Needs no test framework.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <heed/backends/backend.h>

namespace heed {

struct ConformanceOptions {
  std::uint32_t random_graphs = 100;
  int training_steps = 5;  // of each family of models
};

// How a backend did on the rows of the op table that are named after one op.
struct OpVerdict {
  int passed = 0, missing = 0, wrong = 0;
  // The largest |value - right one|, in units in the last place of the float32 number max(1, |right one|).
  double worst_ulps = 0;
  std::vector<std::string> faults;  // what was wrong or missing, a line each
};

struct ConformanceReport {
  std::string backend, description;
  std::map<std::string, OpVerdict> ops;
  // Each check beyond single ops: its name, and what was wrong with it; empty if nothing was.
  std::vector<std::pair<std::string, std::string>> checks;

  bool passed() const;  // nothing wrong, nothing missing
};

// Runs, against the reference backend: every row of the op table, forward and backward; random graphs, which
// must give the same bits whether they are optimised or not; the same graphs with memory around every tensor
// watched, of which no byte may change; and training steps of the three model families, whose losses must
// follow the reference's to 1e-3.
ConformanceReport check_conformance(const std::shared_ptr<Backend>& backend,
                                    const ConformanceOptions& options = {});

std::string to_text(const ConformanceReport& report);
std::string to_json(const ConformanceReport& report);

}  // namespace heed
