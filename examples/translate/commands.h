// The commands of heed-translate: what each can be told, and what it does. Flags become these by
// command_line.h; here is nothing of how they are written. Each returns the program's exit status, and throws
// Error for what cannot be done, WrongFlag for flags that do not go together.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <heed/backends/backend.h>
#include <heed/graph/error.h>
#include <heed/models/decoding/beam_search.h>
#include <heed/models/text/batch_shapes.h>
#include <heed/models/text/bleu.h>

namespace heed::translate {

// What is wrong with the command line rather than with the work.
struct WrongFlag : Error {
  using Error::Error;
};

// Exit status of a training that was interrupted and saved.
inline constexpr int interrupted_status = 130;

// What the work runs on: a backend by name, one in a shared library, or the fastest there is.
struct BackendFlags {
  std::string name, library;
  int threads = 0;

  std::shared_ptr<Backend> open() const;
};

// Writes a file, whole or not at all.
void write_text(const std::string& path, const std::string& text);

// As sacreBLEU calls them.
struct BleuFlags {
  std::string tokenizer = "13a", smoothing = "exp";
  bool lowercase = false;

  BleuOptions options() const;
};

struct TrainFlags {
  std::string source = "en", target = "de", train, valid;
  std::string model = "transformer", preset, out, precision = "f32", vocabulary = "word";
  std::string judge;
  std::int64_t vocabulary_size = 10000;
  bool separate_vocabularies = false;
  std::int64_t batch_tokens = 0, max_length = 0, warmup = 0, validate_every = 0;
  std::int64_t accumulate = 1, average = 0;
  std::int64_t max_steps = 0, epochs = 0, patience = 0;
  double max_minutes = 0, rate_scale = 0, dropout = -1, label_smoothing = -1, ema = 0;
  std::string optimizer, schedule;
  double rate = 0, largest_gradient = 0;
  std::int64_t halve_after = 0;
  std::string variant, attention, window;
  bool no_input_feeding = false, no_reversal = false;
  std::uint64_t seed = 1;
  BackendFlags backend;
  bool resume = false, check_finite = false, recompute = false;
};
int train(TrainFlags flags);

struct TranslateFlags {
  std::string checkpoint, prefix, prefix_file;
  BackendFlags backend;
  DecodingOptions decoding;
};
int translate(const TranslateFlags& flags);

// On the test set of the built-in corpus.
struct TestFlags {
  std::string checkpoint;
  int show = 0;
  bool alignments = false;
  BackendFlags backend;
  DecodingOptions decoding;
};
int test(const TestFlags& flags);

struct EvaluateFlags {
  std::string checkpoint, test, output;
  BackendFlags backend;
  bool json = false;
  BleuFlags bleu;
  DecodingOptions decoding{.beam = 5};
};
int evaluate(const EvaluateFlags& flags);

struct ScoreFlags {
  std::vector<std::string> references;
  std::string source;     // with it, also by its length
  std::size_t width = 5;  // words of a bin
  BleuFlags bleu;
  bool json = false;
};
int score(const ScoreFlags& flags);

// The sizes that tensors and plans are shown for.
inline constexpr BatchShape inspected_shape{4, 12, 12};

struct InspectFlags {
  std::string checkpoint, dot, trace;
  bool plan = false, passes = false;
  bool tensors = false;
  std::string match, text, output;
  std::vector<std::string> fetches;
  std::optional<std::string> target;
  BackendFlags backend;
};
int inspect(const InspectFlags& flags);
int list_backends();

struct AttendFlags {
  std::vector<std::string> checkpoints, sentences;
  std::string translations, page, svg, gold;
  bool text = false, numbers = false, alignments = false, heads = false;
  std::string kind = "cross", rows = "output";
  std::optional<std::int64_t> layer, head;
  bool pieces = false;
  std::size_t shown = 20;
  BackendFlags backend;
  DecodingOptions decoding;
};
int attend(AttendFlags flags);

}  // namespace heed::translate
