// Devices by name, and what is said where there is none.
#include "../message_of.h"
#include <doctest/doctest.h>

#include <heed/backends/executable.h>
#include <heed/backends/vulkan/vulkan_backend.h>
#include <heed/graph/error.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/matmul.h>
#include <heed/ops/softmax.h>

using namespace heed;
using heed::test::message_of;

TEST_CASE("a device is opened by its number, or by a part of its name in any case") {
  const std::vector<BackendSummary> devices = vulkan::list();
  REQUIRE(!devices.empty());
  const auto first = open_backend("vulkan:0");
  CHECK(first->name() == "vulkan:0");
  CHECK(devices[0].name == "vulkan:0");
  std::string part = devices[0].description.substr(0, 4);
  CHECK(first->description().find(part) == 0);
  for (char& c : part) c = static_cast<char>(std::toupper(c));
  CHECK(open_backend("vulkan:" + part)->description() == first->description());
}

TEST_CASE("a device that is not there is an error that lists those that are") {
  for (const char* name : {"vulkan:abacus", "vulkan:77", "vulkan:99999999999999999999"}) {
    const std::string message = message_of([&] { open_backend(name); });
    CAPTURE(message);
    CHECK(message.find("there is no device \"" + std::string(name).substr(7) +
                       "\"; there are:\n  vulkan:0  ") != std::string::npos);
  }
}

TEST_CASE("a profile has the device's own time of every step, and changes no result") {
  Graph graph;
  const Tensor x = graph.input("x", DType::f32, {64, 64});
  const Tensor y = softmax(matmul(x, x) * 0.01);
  Variables variables(open_backend("vulkan"));
  Executable executable = compile({y}, variables);
  const Array ones(Shape{64, 64}, std::vector<float>(4096, 1.0f));
  executable.run({{x, ones}});
  const Array before = executable.value(y);
  executable.start_profile();
  for (int i = 0; i < 3; ++i) executable.run({{x, ones}});
  CHECK(executable.value(y) == before);
  const std::size_t steps = executable.plan().steps.size();
  REQUIRE(executable.profile().events().size() == 3 * steps);
  for (std::size_t i = 0; i < steps; ++i) CHECK(executable.profile().step_seconds()[i] > 0);
  const auto& events = executable.profile().events();
  for (std::size_t i = 1; i < events.size(); ++i) CHECK(events[i].begin > events[i - 1].begin);
}

TEST_CASE("backends without devices have none to choose from") {
  CHECK(message_of([] { open_backend("reference:0"); }).find("there is no backend \"reference:0\"") == 0);
}
