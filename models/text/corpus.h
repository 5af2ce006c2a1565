// Parallel corpora: two files with one sentence a line. Knows nothing of tokens or vocabularies.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace heed {

struct SentencePair {
  std::string source, target;
  friend bool operator==(const SentencePair& a, const SentencePair& b) = default;
};

struct ParallelCorpus {
  std::vector<SentencePair> pairs;
  std::int64_t skipped = 0;  // pairs left out because one side or both were blank
};

struct CorpusOptions {
  std::int64_t limit = 0;  // keep this many pairs from the start; 0 keeps all
};

// The lines of a UTF-8 text without their ends ("\n" or "\r\n") and without a byte order mark. Throws Error
// for invalid UTF-8, with the text's name, line and byte.
std::vector<std::string> lines_of(std::string_view text, std::string_view name);

// The lines of a text file. Throws Error also when it is missing.
std::vector<std::string> read_lines(const std::string& path);

// Pairs line i of PREFIX.SOURCE with line i of PREFIX.TARGET: read_parallel_corpus("data/train", "en",
// "de"). Throws Error for files of different line counts and when not one pair with text is left.
ParallelCorpus read_parallel_corpus(const std::string& prefix, std::string_view source_language,
                                    std::string_view target_language, const CorpusOptions& options = {});

// Every sentence of both sides: what a joint vocabulary is trained on.
std::vector<std::string> all_sentences(const ParallelCorpus& corpus);

}  // namespace heed
