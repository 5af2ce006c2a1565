#include "include_rules.h"
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

using heed::test::forbidden_includes;
using heed::test::forbidden_includes_below;

namespace {

using Messages = std::vector<std::string>;

Messages check(const std::string& path, const std::string& included) {
  return forbidden_includes(path, "#include <heed/" + included + ">\n");
}

}  // namespace

TEST_CASE("no source includes against the arrows of the design") {
  const Messages messages = forbidden_includes_below(HEED_SOURCE_DIR);
  INFO(fmt::format("{}", fmt::join(messages, "\n")));
  CHECK(messages.empty());
}

TEST_CASE("an include against the arrows is named with its file and line") {
  const std::string text =
      "#pragma once\n\n#include <heed/graph/graph.h>\n#include <heed/autodiff/gradients.h>\n";
  CHECK(forbidden_includes("ops/matmul.h", text) ==
        Messages{"ops/matmul.h:4: ops may not include autodiff/gradients.h"});
}

TEST_CASE("every folder may include only what stands before it") {
  const std::vector<std::string> folders = {"graph", "ops", "autodiff", "models", "examples"};
  for (std::size_t from = 0; from < folders.size(); ++from) {
    for (std::size_t to = 0; to < folders.size(); ++to) {
      CAPTURE(folders[from]);
      CAPTURE(folders[to]);
      CHECK(check(folders[from] + "/a.h", folders[to] + "/b.h").empty() == (to <= from));
    }
  }
}

TEST_CASE("backends know graphs and ops, and neither gradients nor models") {
  CHECK(check("backends/planner.cpp", "graph/graph.h").empty());
  CHECK(check("backends/host/kernel.h", "ops/matmul.h").empty());
  CHECK_FALSE(check("backends/planner.cpp", "autodiff/gradients.h").empty());
  CHECK_FALSE(check("backends/onednn/kernels.h", "models/layers.h").empty());
}

TEST_CASE("what a computation is knows no backend") {
  CHECK_FALSE(check("graph/graph.cpp", "backends/backend.h").empty());
  CHECK_FALSE(check("ops/matmul.cpp", "backends/backend.h").empty());
  CHECK_FALSE(check("autodiff/gradients.cpp", "backends/executable.h").empty());
}

TEST_CASE("a backend's folder is closed to others, save for the list of backends") {
  CHECK(check("backends/onednn/matmul.cpp", "backends/onednn/kernels.h").empty());
  CHECK(check("backends/onednn/matmul.cpp", "backends/host/kernel.h").empty());
  CHECK(check("backends/onednn/matmul.cpp", "backends/passes/passes.h").empty());
  CHECK(check("backends/backend.cpp", "backends/onednn/kernels.h").empty());
  CHECK(check("backends/onednn/matmul.cpp", "backends/reference/elements.h") ==
        Messages{"backends/onednn/matmul.cpp:1: only backends/reference itself may include "
                 "backends/reference/elements.h"});
  CHECK_FALSE(check("backends/planner.cpp", "backends/reference/kernels.h").empty());
  CHECK_FALSE(check("models/training/trainer.cpp", "backends/vulkan/device.h").empty());
}

TEST_CASE("models and examples reach backends through their interface") {
  CHECK(check("models/training/trainer.cpp", "backends/executable.h").empty());
  CHECK(check("examples/first_graph.cpp", "backends/backend.h").empty());
}

TEST_CASE("spaces and quotes hide no include") {
  CHECK(forbidden_includes("graph/a.h", "  #  include \"heed/ops/b.h\"\n").size() == 1);
  CHECK(forbidden_includes("graph/a.h", "// see <heed/ops/b.h>\n").empty());
}
