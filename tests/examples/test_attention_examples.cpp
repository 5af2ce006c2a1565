// The examples of attention learn what they set out to: where to look.
#include <cstdlib>

#include "program.h"
#include <doctest/doctest.h>

namespace {

// "99.6 % look at ...": the last line's number.
double share_of(const Outcome& outcome) {
  const std::size_t end = outcome.output.rfind(" % look at");
  REQUIRE(end != std::string::npos);
  const std::size_t begin = outcome.output.rfind('\n', end) + 1;
  return std::strtod(outcome.output.substr(begin, end - begin).c_str(), nullptr);
}

}  // namespace

TEST_CASE("each mechanism of attention finds the right places") {
  for (const char* program : {"attention-bahdanau", "attention-luong", "attention-vaswani"}) {
    CAPTURE(program);
    const Outcome outcome = run_program(program);
    CHECK(outcome.status == 0);
    CHECK(share_of(outcome) >= 95);
  }
}
