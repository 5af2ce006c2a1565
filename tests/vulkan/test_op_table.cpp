// The rows of the op table on a device of Vulkan.
#include "../ops/op_runs.h"
#include <doctest/doctest.h>

#include <heed/backends/vulkan/vulkan_backend.h>

using namespace heed;
using namespace heed::test;

namespace {

void check_row(const std::shared_ptr<Backend>& backend, const OpCase& row) {
  CAPTURE(row.name);
  const std::vector<double> off = distances(backend, row);
  for (std::size_t i = 0; i < off.size(); ++i) {
    CAPTURE(i);
    CHECK(off[i] < row.tolerance);
  }
}

}  // namespace

TEST_CASE("every row agrees with the reference, forward and backward") {
  for (const OpCase& row : op_cases()) check_row(open_backend("vulkan"), row);
}

// As on a GPU, though a CPU may play it: with much memory for a group, and with little.
TEST_CASE("attention in tiles that a group shares agrees with the reference, whatever their size") {
  std::vector<OpCase> rows = attention_cases();
  std::erase_if(rows, [](const OpCase& row) { return row.name.find("attention") == std::string::npos; });
  CHECK(rows.size() > 8);
  for (const std::uint32_t shared : {32768u, 2048u, 512u}) {
    CAPTURE(shared);
    const auto backend = vulkan::open_as("vulkan", [&](vulkan::DeviceTraits& device) {
      device.kind = vulkan::DeviceKind::discrete;
      device.host_visible = false;
      device.shared_memory = shared;
    });
    for (const OpCase& row : rows) check_row(backend, row);
  }
}
