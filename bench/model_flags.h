// The flags of every benchmark of a model.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include <heed/backends/backend.h>

namespace heed::bench {

struct ModelFlags {
  std::string preset = "small", precision = "f32", backend;
  std::int64_t vocabulary = 8000;
  int threads = 0;
  bool json = false;

  std::shared_ptr<Backend> open() const;  // the fastest backend there is, if none was named
};

// What a benchmark can be asked for: the fewest words of a vocabulary, and precisions.
struct ModelLimits {
  std::int64_t fewest_words = 8;
  std::vector<std::string> precisions = {"f32"};
};
void add_model_flags(CLI::App& command, ModelFlags& flags, const ModelLimits& limits);

}  // namespace heed::bench
