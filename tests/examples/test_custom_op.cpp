// The example of an op of one's own.
#include "program.h"
#include <doctest/doctest.h>

TEST_CASE("a custom op is differentiated, expanded, and run by its own kernel") {
  const Outcome outcome = run_program("custom-op");
  CHECK(outcome.status == 0);
  CHECK(outcome.output.find("gradients are right to ") == 0);
  // x + sin(2x)^2 / 2 at -1, 0, 0.5 and 2: by the expansion, then by the kernel.
  CHECK(outcome.output.find("snake -0.5866 -0.5866\n") != std::string::npos);
  CHECK(outcome.output.find("snake  0.0000  0.0000\n") != std::string::npos);
  CHECK(outcome.output.find("snake  0.8540  0.8540\n") != std::string::npos);
  CHECK(outcome.output.find("snake  2.2864  2.2864\n") != std::string::npos);
}
