#include "temporary_directory.h"
#include <doctest/doctest.h>

#include <heed/graph/error.h>
#include <heed/models/text/corpus.h>

using namespace heed;

namespace {

ParallelCorpus read(std::string_view source, std::string_view target, const CorpusOptions& options = {}) {
  const TemporaryDirectory directory;
  directory.file("t.en", source);
  directory.file("t.de", target);
  return read_parallel_corpus(directory.file("t"), "en", "de", options);
}

std::string message_of(std::string_view source, std::string_view target) {
  try {
    read(source, target);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

bool says(std::string_view message, std::string_view part) {
  return message.find(part) != std::string_view::npos;
}

}  // namespace

TEST_CASE("lines of two files are paired, whatever ends them") {
  const std::vector<SentencePair> expected{{"a man", "ein Mann"}, {"green", "grün"}};
  CHECK(read("a man\ngreen\n", "ein Mann\ngrün\n").pairs == expected);
  CHECK(read("a man\r\ngreen\r\n", "ein Mann\ngrün").pairs == expected);
  CHECK(read("\xEF\xBB\xBF"
             "a man\ngreen",
             "ein Mann\r\ngrün\r\n")
            .pairs == expected);
}

TEST_CASE("pairs with a blank side are skipped and counted") {
  const ParallelCorpus corpus = read("a\n\nc\nd\n", "x\ny\n \t\nz\n");
  CHECK(corpus.pairs == std::vector<SentencePair>{{"a", "x"}, {"d", "z"}});
  CHECK(corpus.skipped == 2);
}

TEST_CASE("a limit keeps the first pairs") {
  CHECK(read("a\nb\nc\n", "x\ny\nz\n", {.limit = 2}).pairs.size() == 2);
  CHECK(all_sentences(read("a\nb\n", "x\ny\n", {.limit = 1})) == std::vector<std::string>{"a", "x"});
}

TEST_CASE("files that do not make a corpus are refused with the reason") {
  CHECK(says(message_of("a\nb\n", "x\ny\nz\n"), "t.en has 2 lines but "));
  CHECK(says(message_of("a\nb\n", "x\ny\nz\n"), "t.de has 3:"));
  CHECK(says(message_of("", ""), "hold no sentence pair"));
  CHECK(says(message_of("a\n\n", "\nb\n"), "no line of 2 has text on both sides"));
  CHECK(says(message_of("a\nb\n", "x\ngr\xFCn\n"), "t.de, line 2: byte 3 (0xfc) is not valid UTF-8"));
}

TEST_CASE("a missing file is named") {
  const TemporaryDirectory directory;
  directory.file("t.en", "a\n");
  CHECK_THROWS_WITH_AS(read_parallel_corpus(directory.file("t"), "en", "de"),
                       (directory.file("t.de") + ": there is no such file").c_str(), Error);
}
