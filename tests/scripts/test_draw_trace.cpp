// scripts/draw-trace: from what heed-bench writes to a picture with a lane for each kind of step.
#include <string>

#include "../examples/program.h"
#include <doctest/doctest.h>

TEST_CASE("a trace becomes a picture of its last run") {
  Directory folder;
  // Two runs of two steps; of the last, matmul takes three quarters.
  folder.file("trace.json", R"({"traceEvents": [
    {"ph": "X", "name": "matmul", "ts": 0, "dur": 10, "args": {"scope": "a"}},
    {"ph": "X", "name": "layer_norm", "ts": 10, "dur": 10, "args": {"scope": "b"}},
    {"ph": "X", "name": "matmul", "ts": 30, "dur": 30, "args": {"scope": "a"}},
    {"ph": "X", "name": "layer_norm", "ts": 60, "dur": 10, "args": {"scope": "b"}}]})");
  const std::string at = folder.path.string();
  const std::string script = std::string(HEED_SOURCE_DIR) + "/scripts/draw-trace";
  const Outcome drawn =
      run_command(fmt::format("{} {}/trace.json {}/out.svg --title 'A & B'", script, at, at));
  REQUIRE(drawn.status == 0);
  const std::string picture = content(folder.path / "out.svg");
  for (const char* part :
       {"<svg", "A &amp; B", ">matmul<", ">75.0 %<", ">layer norm<", ">25.0 %<", "</svg>"}) {
    CAPTURE(part);
    CHECK(picture.find(part) != std::string::npos);
  }
  CHECK(picture.find("dropout") == std::string::npos);
}

TEST_CASE("what is no trace is refused") {
  Directory folder;
  folder.file("trace.json", "{}");
  const std::string at = folder.path.string();
  const std::string script = std::string(HEED_SOURCE_DIR) + "/scripts/draw-trace";
  const Outcome drawn = run_command(fmt::format("{} {}/trace.json {}/out.svg 2>&1", script, at, at));
  CHECK(drawn.status != 0);
  CHECK(drawn.output.find("is not a trace") != std::string::npos);
}
