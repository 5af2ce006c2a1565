// What a build without SentencePiece says.
#include <string>
#include <vector>

#include "temporary_directory.h"
#include <doctest/doctest.h>

#include <heed/models/text/vocabulary.h>
#include <heed/tests/message_of.h>

using namespace heed;
using heed::test::message_of;

TEST_CASE("without SentencePiece, subwords are refused with what to install") {
  const std::string advice =
      "this build of heed has no SentencePiece; install it (libsentencepiece-dev) and build heed again";
  const std::vector<std::string> texts{"the cat sat"};
  CHECK(message_of([&] { Vocabulary::train(texts, VocabularyKind::bpe); }) ==
        "a bpe vocabulary cannot be trained: " + advice);
  CHECK(message_of([&] { Vocabulary::train(texts, VocabularyKind::unigram); }) ==
        "a unigram vocabulary cannot be trained: " + advice);
  const TemporaryDirectory directory;
  const std::string path = directory.file("m.model", "\n\x0e\n\x05<pad>");
  CHECK(message_of([&] { Vocabulary::load(path); }) ==
        path + " is a SentencePiece model and cannot be read: " + advice);
  CHECK_FALSE(is_available(VocabularyKind::bpe));
  CHECK_FALSE(is_available(VocabularyKind::unigram));
  CHECK(is_available(VocabularyKind::word));
}
