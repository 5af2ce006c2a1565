// The whole of conformance on a device of Vulkan, as a user runs it, and with features left unused.
#include "../conformance/conformance.h"
#include "../message_of.h"
#include <doctest/doctest.h>

using namespace heed;

TEST_CASE("the backend conforms") {
  const ConformanceReport report = check_conformance(open_backend("vulkan"), {.random_graphs = 30});
  CHECK_MESSAGE(report.passed(), to_text(report));
  CHECK(report.ops.at("softmax").passed > 0);
  CHECK(to_json(report).find("\"conforms\": true") != std::string::npos);
}

TEST_CASE("the backend conforms without what some devices lack") {
  const auto backend = open_backend("vulkan", {.without = {"host_visible", "special_values"}});
  const ConformanceReport report = check_conformance(backend, {.random_graphs = 10, .training_steps = 2});
  CHECK_MESSAGE(report.passed(), to_text(report));
}

TEST_CASE("a feature that there is not cannot be left out") {
  const std::string message = test::message_of([] { open_backend("vulkan", {.without = {"wings"}}); });
  CHECK(message.find("vulkan has no feature \"wings\"") == 0);
}
