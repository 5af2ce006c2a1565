#include <filesystem>
#include <fstream>

#include "temporary_directory.h"
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <heed/graph/error.h>
#include <heed/models/training/run_directory.h>

using namespace heed;
namespace fs = std::filesystem;

TEST_CASE("a log keeps what was validated, and takes back what comes again") {
  const TemporaryDirectory directory;
  append_log(directory.name(), {.step = 10, .epoch = 0.5, .seconds = 3, .loss = 4, .perplexity = 20.5});
  append_log(directory.name(), {.step = 20, .seconds = 6, .bleu = 31.25, .exact_match = 99.5});
  std::vector<LogEntry> log = read_log(directory.name());
  REQUIRE(log.size() == 2);
  CHECK(log[0].epoch == 0.5);
  CHECK(*log[0].perplexity == 20.5);
  CHECK_FALSE(log[0].bleu.has_value());
  CHECK(*log[1].bleu == 31.25);
  CHECK(*log[1].exact_match == 99.5);

  append_log(directory.name(), {.step = 15});
  log = read_log(directory.name());
  REQUIRE(log.size() == 2);
  CHECK(log[1].step == 15);
  truncate_log(directory.name(), 12);
  CHECK(read_log(directory.name()).size() == 1);
}

TEST_CASE("a log cut short by a crash loses its last line only, and a foreign one is refused") {
  const TemporaryDirectory directory;
  append_log(directory.name(), {.step = 10});
  std::ofstream(directory.file("log.jsonl"), std::ios::app) << R"({"step": 20, "epo)";
  CHECK(read_log(directory.name()).size() == 1);
  directory.file("log.jsonl", "{\"step\": 1}\n");
  CHECK_THROWS_AS(read_log(directory.name()), Error);
  directory.file("log.jsonl", "step 1\n");
  CHECK_THROWS_AS(read_log(directory.name()), Error);
}

TEST_CASE("of a run only the checkpoints that something names are kept") {
  const TemporaryDirectory directory;
  for (const int step : {1, 2, 3, 4, 5}) fs::create_directories(directory.file(fmt::format("step-{}", step)));
  fs::create_directories(directory.file("step-by-step"));
  point_to(directory.name(), "best", "step-2");
  point_to(directory.name(), "latest", "step-5");
  remove_old_checkpoints(directory.name(), std::vector<std::int64_t>{4});
  for (const int step : {2, 4, 5}) CHECK(fs::exists(directory.file(fmt::format("step-{}", step))));
  for (const int step : {1, 3}) CHECK_FALSE(fs::exists(directory.file(fmt::format("step-{}", step))));
  CHECK(fs::exists(directory.file("step-by-step")));
}

TEST_CASE("a directory is taken by anything but the traces of a run without a checkpoint") {
  const TemporaryDirectory directory;
  CHECK_FALSE(is_taken(directory.file("missing")));
  CHECK_FALSE(is_taken(directory.name()));
  append_log(directory.name(), {.step = 10});
  fs::create_directories(directory.file("step-10.tmp"));
  CHECK_FALSE(is_taken(directory.name()));
  directory.file("thesis.tex", "");
  CHECK(is_taken(directory.name()));
}
