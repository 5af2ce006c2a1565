// What a user is told of backends: what there is, and what is missing.
#include <algorithm>
#include <string>

#include "program.h"
#include <doctest/doctest.h>

namespace {

// One line that says `expected`.
void refuses(const Outcome& outcome, const std::string& expected, int status = 1) {
  CAPTURE(outcome.output);
  CHECK(outcome.status == status);
  CHECK(outcome.output.find(expected) != std::string::npos);
  if (status == 1) CHECK(std::ranges::count(outcome.output, '\n') == 1);
}

std::string train_on(const std::string& backend) {
  const Directory directory;
  return fmt::format("heed-translate train --preset micro --max-steps 1 --out {} {}", directory / "run",
                     backend);
}

}  // namespace

TEST_CASE("backends are listed with what they run on") {
  const Outcome outcome = run("backends");
  CAPTURE(outcome.output);
  CHECK(outcome.status == 0);
  CHECK(outcome.output.find("reference    CPU, 1 thread") != std::string::npos);
}

TEST_CASE("a backend library that cannot be used is refused in a line") {
  refuses(run_program(train_on("--backend-library /nowhere/mine.so")),
          "the backend library /nowhere/mine.so cannot be opened");
  refuses(run_program(train_on("--backend reference --backend-library mine.so")), "excludes", 2);
}

#ifdef HEED_HAS_VULKAN
TEST_CASE("without a driver for Vulkan the others are listed, and training on it is refused in a line") {
  const std::string no_driver = "VK_DRIVER_FILES=/nowhere VK_ICD_FILENAMES=/nowhere";
  const Outcome listed = run_program("heed-translate backends", no_driver);
  CAPTURE(listed.output);
  CHECK(listed.status == 0);
  CHECK(listed.output.find("reference    CPU, 1 thread") != std::string::npos);
  CHECK(listed.output.find("vulkan       cannot be used: vulkan: there is no device") != std::string::npos);
  refuses(run_program(train_on("--backend vulkan"), no_driver), "no driver is installed");
}

TEST_CASE("a validation layer that is asked for and missing is an error, not silence") {
  refuses(run_program(train_on("--backend vulkan"), "HEED_VULKAN_VALIDATION=1 VK_LAYER_PATH=/nowhere"),
          "HEED_VULKAN_VALIDATION is set, but there is no VK_LAYER_KHRONOS_validation");
}
#endif
