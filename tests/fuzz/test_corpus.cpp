// Every input of the corpus through its target: what a fuzzer found once stays found.
#include <algorithm>
#include <filesystem>
#include <vector>

#include "targets.h"
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <heed/models/text/files.h>

namespace fs = std::filesystem;

TEST_CASE("no input of the fuzzing corpus does harm") {
  for (const heed::fuzz::Target& target : heed::fuzz::targets) {
    const fs::path folder = fs::path(HEED_SOURCE_DIR) / "tests/fuzz/corpus" / target.name;
    int inputs = 0;
    for (const fs::directory_entry& input : fs::directory_iterator(folder)) {
      CAPTURE(input.path().string());
      CHECK_NOTHROW(target.run(heed::read_file(input.path().string())));
      ++inputs;
    }
    CAPTURE(target.name);
    CHECK(inputs > 0);
  }
}
