// The measurements that heed-bench makes, and what each can be told. Each prints what it found, and throws
// Error for what cannot be measured.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <heed/backends/backend.h>
#include <heed/models/text/batch_shapes.h>

namespace heed::bench {

// Of every benchmark of a model.
struct ModelFlags {
  std::string preset = "small", precision = "f32", backend;
  std::int64_t vocabulary = 8000;
  int threads = 0;
  bool json = false;

  std::shared_ptr<Backend> open() const;  // the fastest backend there is, if none was named
};

struct CompileFlags {
  std::vector<std::int64_t> nodes{1000, 10000, 100000};
  std::string backend;
  int repetitions = 3;
  bool json = false;
};
void compile_graphs(const CompileFlags& flags);

struct DecodeFlags : ModelFlags {
  std::string model = "transformer";
  std::int64_t sentences = 32, source_length = 32, target_length = 32, beam = 1;
  int repetitions = 7, warmup = 2;
};
void decode(const DecodeFlags& flags);

struct OpsFlags : ModelFlags {
  std::int64_t batch = 64, length = 32;
  std::int64_t square = 0;  // if not 0: also a product of two matrices of so many rows and columns
  int repetitions = 20, warmup = 3;
};
void measure_ops(const OpsFlags& flags);

struct TrainFlags : ModelFlags {
  std::string model = "transformer", trace;
  BatchShape shape{64, 32, 32};
  int steps = 12, warmup = 3;
  bool profile = false;
};
void train(const TrainFlags& flags);

}  // namespace heed::bench
